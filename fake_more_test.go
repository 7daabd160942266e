package flowroute_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestFakeAbroad sends a message abroad: version 2.2 of the API takes such numbers, and version 2.1 doesn't.
func TestFakeAbroad(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	abroad := &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "+44 20 7946 0000", Body: "Hello"}
	_, err := srv.Client().Messages.Send(t.Context(), abroad)
	require.ErrorIs(t, err, flowroute.ErrUnprocessable)
	assert.ErrorContains(t, err, "to: Not a valid phone number.")

	client := srv.Client(flowroute.WithMessagesVersion(flowroute.MessagesV22))
	sent, err := client.Messages.Send(t.Context(), abroad)
	require.NoError(t, err)
	srv.Advance(flowroutetest.MessageRecordAfter)
	record, err := client.Messages.Get(t.Context(), sent.ID)
	require.NoError(t, err)
	assert.Equal(t, "442079460000", strings.TrimPrefix(record.To, "+"))
}

// settingsRun carries out what there is to set of numbers and routes, on an account that has a number.
func settingsRun(t *testing.T, srv *flowroutetest.Server, client *flowroute.Client, value string) {
	ctx := t.Context()
	tiers, err := client.Numbers.ListTiers(ctx, nil)
	require.NoError(t, err)
	assert.Contains(t, tiers.Items, flowroute.Tier{ID: "Standard"})
	number, err := client.Numbers.Update(ctx, value, &flowroute.UpdateNumberRequest{Alias: new("front desk"), CNAMLookupsEnabled: new(false)})
	require.NoError(t, err)
	assert.Equal(t, "front desk", number.Alias)
	assert.False(t, number.CNAMLookupsEnabled)
	found, err := client.Numbers.List(ctx, &flowroute.NumberListOptions{Alias: "front desk"})
	require.NoError(t, err)
	assert.Len(t, found.Items, 1)
	several, err := client.Numbers.GetMany(ctx, []string{value, flowroutetest.TollFree})
	require.NoError(t, err)
	assert.Equal(t, []string{value, flowroutetest.TollFree}, []string{several[0].Value, several[1].Value})

	strategies, err := client.Routes.ListEdgeStrategies(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, strategies)
	route, err := client.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: "edge", Type: flowroute.RouteTypeHost, Value: "edge.example.com;weight=5", EdgeStrategyID: strategies[0].ID})
	require.NoError(t, err)
	routes, err := client.Routes.List(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, strategies[0].ID, routes.Items[len(routes.Items)-1].EdgeStrategyID)
	route, err = client.Routes.Update(ctx, route.ID, &flowroute.UpdateRouteRequest{Alias: new("no edge"), EdgeStrategyID: new("")})
	require.NoError(t, err)
	assert.Equal(t, "no edge", route.Alias)
	assert.Empty(t, route.EdgeStrategyID)
	require.NoError(t, client.Routes.SetPrimary(ctx, value, route.ID))
	require.NoError(t, client.Routes.ClearPrimary(ctx, value))
	require.NoError(t, client.Routes.ClearFailover(ctx, value))
	number, err = client.Numbers.Get(ctx, value)
	require.NoError(t, err)
	assert.Nil(t, number.PrimaryRoute)
	assert.Nil(t, number.FailoverRoute)

	task, err := client.Numbers.DisableMessaging(ctx, []string{value}, nil)
	require.NoError(t, err)
	assert.Equal(t, value, task.Number)
	srv.Advance(flowroutetest.MessagingEnabledAfter)
	_, err = client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: value, To: "2065550199", Body: "Mute"})
	require.ErrorIs(t, err, flowroute.ErrForbidden)
	task, err = client.Numbers.EnableMessaging(ctx, []string{value, "2065559999"}, nil)
	require.NoError(t, err)
	srv.Advance(flowroutetest.MessagingEnabledAfter)
	task, err = client.Numbers.GetMessagingTask(ctx, task.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{value}, task.Successful)
	assert.Equal(t, []string{"12065559999"}, task.Failed)

	srv.FailProvisioning(1)
	number, err = client.Numbers.Update(ctx, value, &flowroute.UpdateNumberRequest{MessagingEnabled: new(false)})
	require.NoError(t, err)
	assert.True(t, number.ProvisioningFailed)
	assert.True(t, number.MessagingEnabled)

	require.NoError(t, client.Numbers.Release(ctx, value))
	require.ErrorIs(t, client.Numbers.Release(ctx, value), flowroute.ErrNotFound)
}

// portingRun ports numbers to the account.
func portingRun(t *testing.T, srv *flowroutetest.Server, client *flowroute.Client) {
	ctx := t.Context()
	none, err := client.Porting.List(ctx, nil)
	require.NoError(t, err)
	assert.Empty(t, none.Items)
	portability, err := client.Porting.CheckPortability(ctx, []string{"2065550177", "206555" + flowroutetest.NotPortable})
	require.NoError(t, err)
	assert.Equal(t, []string{"12065550177"}, portability.Portable)
	assert.Len(t, portability.Nonportable, 1)

	request := portRequest("2065550177")
	request.Numbers = append(request.Numbers, "8005550177")
	request.Presets = flowroute.PortPresets{Alias: "ported"}
	orders, err := client.Porting.Create(ctx, request)
	require.NoError(t, err)
	order := orders[0]
	all, err := client.Porting.List(ctx, nil)
	require.NoError(t, err)
	require.Len(t, all.Items, 2, "one for the local number, and one for the toll-free one")
	group, err := client.Porting.GetGroup(ctx, order.GroupID)
	require.NoError(t, err)
	assert.Equal(t, "In Progress", group.Status)
	assert.Len(t, group.Orders, 2)

	require.NoError(t, client.Porting.Upload(ctx, order.ID, "csr.pdf", strings.NewReader("contents"), 8))
	file, err := client.Porting.GetFile(ctx, order.ID, "0")
	require.NoError(t, err)
	assert.Equal(t, "csr.pdf", file.FileName)
	changed, err := client.Porting.Update(ctx, order.ID, &flowroute.UpdatePortOrderRequest{Company: new("Leather Inc.")})
	require.NoError(t, err)
	assert.Equal(t, "Leather Inc.", changed.Company)
	require.NoError(t, client.Porting.ChangeNumbers(ctx, order.ID, []string{"2065550178"}, nil))
	require.NoError(t, client.Porting.AddToGroup(ctx, order.GroupID, []string{"2065550179"}))
	require.NoError(t, client.Porting.RequestLOA(ctx, order.ID))
	require.NoError(t, client.Porting.SignLOA(ctx, order.ID, "John Doe", "Owner"))

	for _, o := range all.Items {
		if o.ID != order.ID {
			require.NoError(t, client.Porting.Cancel(ctx, o.ID))
		}
	}
	srv.Advance(flowroutetest.PortCompletedAfter)
	status, err := client.Porting.GetStatus(ctx, order.ID)
	require.NoError(t, err)
	assert.Equal(t, flowroute.PortStatusCompleted, status.Status)
	got, err := client.Porting.Get(ctx, order.ID)
	require.NoError(t, err)
	assert.Contains(t, got.Numbers, "12065550178")
	number, err := client.Numbers.Get(ctx, "2065550177")
	require.NoError(t, err)
	assert.Equal(t, "ported", number.Alias)
	_, err = client.Porting.Get(ctx, "1")
	require.ErrorIs(t, err, flowroute.ErrNotFound)
}

// cdrRun exports call detail records, and adds them up.
func cdrRun(t *testing.T, srv *flowroutetest.Server, client *flowroute.Client) {
	ctx := t.Context()
	srv.SetCalls(500)
	now := srv.Now()
	export, err := client.CDRs.Create(ctx, &flowroute.CreateCDRExportRequest{Start: now.AddDate(0, 0, -30), End: now})
	require.NoError(t, err)
	assert.Equal(t, flowroute.CDRExportProcessing, export.Status)
	srv.Advance(flowroutetest.ExportCompletedAfter)
	export, err = client.CDRs.Wait(ctx, export.ID)
	require.NoError(t, err)
	calls, cost := 0, flowroute.Nanodollars(0)
	for record, err := range client.CDRs.Records(ctx, export) {
		require.NoError(t, err)
		calls++
		cost += record.TotalCost
	}
	assert.Positive(t, calls)
	assert.Equal(t, export.NumCalls, calls)
	assert.Equal(t, export.TotalCost, cost, "to the last billionth")
	exports, err := client.CDRs.List(ctx, &flowroute.CDRExportListOptions{Status: flowroute.CDRExportCompleted})
	require.NoError(t, err)
	assert.Len(t, exports.Items, 1)
	got, err := client.CDRs.Get(ctx, export.ID)
	require.NoError(t, err)
	assert.Equal(t, export.ID, got.ID)

	srv.Advance(flowroutetest.ExportExpiresAfter)
	require.Error(t, first(client.CDRs.Records(ctx, export)))
}

// TestLargeExport streams a million records (fewer with the race detector), with no more memory at the end than near
// the beginning.
func TestLargeExport(t *testing.T) {
	calls := 1_000_000
	if testing.Short() || raced {
		calls = 30_000
	}
	srv := flowroutetest.NewServer()
	defer srv.Close()
	srv.SetCalls(calls)
	client := srv.Client()
	export, err := client.CDRs.Create(t.Context(), &flowroute.CreateCDRExportRequest{Start: srv.Now().AddDate(0, 0, -91), End: srv.Now()})
	require.NoError(t, err)
	srv.Advance(flowroutetest.ExportCompletedAfter)
	export, err = client.CDRs.Get(t.Context(), export.ID)
	require.NoError(t, err)

	n, early, late := 0, uint64(0), uint64(0)
	for _, err := range client.CDRs.Records(t.Context(), export) {
		require.NoError(t, err)
		switch n++; n {
		case calls / 100:
			early = liveHeap()
		case calls - calls/100:
			late = liveHeap()
		}
	}
	assert.Equal(t, calls, n)
	assert.Less(t, late, early+1<<20, "live heap after 1 %% and after 99 %% of the records")
	t.Logf("live heap after 1 %% of the records: %d kB, after 99 %%: %d kB", early>>10, late>>10)
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
