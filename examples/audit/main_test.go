package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	assert.Equal(t, 3, r.Code)
	assert.Equal(t, "audit: 3 of 4 numbers have no route or no E911 record\n", r.Stderr)
	assert.Equal(t, ""+
		"No FR_ACCESS_KEY and FR_SECRET_KEY in the environment: using the built-in fake, nothing is real.\n"+
		"Prepared 4 numbers of the fake, with and without a route and an E911 record.\n"+
		"\nNumbers with no route or no E911 record\n"+
		"  NUMBER           ALIAS        TYPE       ROUTE   E911\n"+
		"  +1 212-555-0101  Fax          longcode   office  none\n"+
		"  +1 604-555-0102  Warehouse    longcode   none    Head office\n"+
		"  +1 844-555-0100  Old hotline  toll-free  none    none\n", r.Stdout)
}

func TestFakeCSV(t *testing.T) {
	r := exampletest.RunFake(t, run, "-csv", "-workers", "1")
	assert.Equal(t, 3, r.Code)
	assert.Contains(t, r.Stderr, "using the built-in fake, nothing is real.\n")
	assert.Equal(t, ""+
		"number,alias,type,route,e911\n"+
		"12125550101,Fax,longcode,office,\n"+
		"16045550102,Warehouse,longcode,,Head office\n"+
		"18445550100,Old hotline,toll-free,,\n", r.Stdout)
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-nope"}, {"extra"}, {"-workers", "0"}} {
		r := exampletest.RunFake(t, run, args...)
		assert.Equal(t, 2, r.Code, args)
		assert.Contains(t, r.Stderr, "\nUsage: audit [flags]\n", args)
	}
}

func TestReal(t *testing.T) {
	srv := exampletest.NewServer(t)
	r := exampletest.RunReal(t, run, srv)
	assert.Equal(t, 3, r.Code)
	assert.Equal(t, "audit: 4 of 4 numbers have no route or no E911 record\n", r.Stderr)
	assert.NotContains(t, r.Stdout, "ake")
	assert.True(t, exampletest.OnlyRead(srv))

	r = exampletest.RunReal(t, run, srv, "-skip-toll-free")
	assert.Equal(t, "audit: 3 of 4 numbers have no route or no E911 record\n", r.Stderr)

	client := srv.Client()
	record, err := client.E911s.Create(t.Context(), &flowroute.E911Address{
		Label: "Office", FirstName: "Ada", LastName: "Lovelace",
		StreetNumber: "1218", StreetName: "3rd Avenue", City: "Seattle", State: "WA", Country: "US", ZIP: "98101",
	})
	require.NoError(t, err)
	for _, number := range srv.Numbers() {
		if number != flowroutetest.TollFree { // which can have none
			require.NoError(t, client.E911s.Assign(t.Context(), number, record.ID))
		}
	}
	r = exampletest.RunReal(t, run, srv, "-skip-toll-free")
	assert.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, ""+
		"\nNumbers with no route or no E911 record\n"+
		"  NUMBER  ALIAS  TYPE  ROUTE  E911\n"+
		"  none\n"+
		"\nAll 4 numbers have a route and an E911 record.\n", r.Stdout)

	require.NoError(t, client.Routes.SetFailover(t.Context(), flowroutetest.LongCode, "0"))
	require.NoError(t, client.Routes.ClearPrimary(t.Context(), flowroutetest.LongCode))
	assert.Zero(t, exampletest.RunReal(t, run, srv, "-skip-toll-free").Code, "calls go to the failover route")
	require.NoError(t, client.Routes.ClearFailover(t.Context(), flowroutetest.LongCode))
	assert.Equal(t, 3, exampletest.RunReal(t, run, srv, "-skip-toll-free").Code)
}

// TestAliasLikeAFormula has an alias that a spreadsheet program would run.
func TestAliasLikeAFormula(t *testing.T) {
	srv := exampletest.NewServer(t)
	_, err := srv.Client().Numbers.Update(t.Context(), flowroutetest.LongCode, &flowroute.UpdateNumberRequest{Alias: new("=1+1")})
	require.NoError(t, err)
	r := exampletest.RunReal(t, run, srv, "-csv")
	assert.Contains(t, r.Stdout, "\n"+flowroutetest.LongCode+",'=1+1,longcode,")
}

// TestManyNumbers has more numbers than fit on a page, some of which are answered late.
func TestManyNumbers(t *testing.T) {
	const workers, added = 5, 300
	srv, most := countingServer(t, workers)
	for i := range added {
		srv.AddNumber(fmt.Sprintf("1206555%04d", 2000+i))
	}
	for range 20 {
		srv.Inject(flowroutetest.Fault{Operation: "numbers.get", Times: 3}) // nothing is wrong with these
		srv.Inject(flowroutetest.Fault{Operation: "numbers.get", Delay: 5 * time.Millisecond})
	}
	r := exampletest.RunReal(t, run, srv, "-csv", "-workers", fmt.Sprint(workers))
	assert.Equal(t, "audit: 304 of 304 numbers have no route or no E911 record\n", r.Stderr)
	var listed []string
	for line := range strings.Lines(r.Stdout) {
		number, _, _ := strings.Cut(line, ",")
		listed = append(listed, number)
	}
	assert.Equal(t, append([]string{"number"}, srv.Numbers()...), listed)
	assert.EqualValues(t, workers, most.Load(), "requests at a time")
}

func TestReleasedMeanwhile(t *testing.T) {
	srv := exampletest.NewServer(t)
	srv.Inject(flowroutetest.Fault{Operation: "numbers.get", Status: http.StatusNotFound})
	r := exampletest.RunReal(t, run, srv)
	assert.Equal(t, "audit: 3 of 3 numbers have no route or no E911 record\n", r.Stderr)
}

func TestFails(t *testing.T) {
	for _, operation := range []string{"numbers.list", "numbers.get"} {
		srv := exampletest.NewServer(t)
		srv.Inject(flowroutetest.Fault{Operation: operation, Status: http.StatusUnauthorized})
		r := exampletest.RunReal(t, run, srv, "-csv")
		assert.Equal(t, 1, r.Code)
		assert.Contains(t, r.Stderr, "audit: flowroute: "+operation+": 401 Unauthorized")
		assert.Empty(t, r.Stdout, "no list that lacks some")
	}
}

func TestDetailsEndEarly(t *testing.T) {
	srv := exampletest.NewServer(t)
	for _, err := range details(t.Context(), srv.Client().Numbers, 3) {
		require.NoError(t, err)
		break
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range details(ctx, srv.Client().Numbers, 1) {
		cancel()
		last = err
	}
	assert.ErrorIs(t, last, context.Canceled, "an end that is no end of the list is told")
}

// countingServer is a server, and how many details it was asked for at a time at the most. It holds the first of them
// back until as many as expected are asked for.
func countingServer(t *testing.T, expected int32) (srv *flowroutetest.Server, most *atomic.Int32) {
	srv, most = flowroutetest.NewUnstartedServer(), new(atomic.Int32)
	var now atomic.Int32
	enough := make(chan struct{})
	reached := sync.OnceFunc(func() { close(enough) })
	counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/numbers" {
			defer now.Add(-1)
			n := now.Add(1)
			for before := most.Load(); n > before && !most.CompareAndSwap(before, n); before = most.Load() {
			}
			if n == expected {
				reached()
			}
			select {
			case <-enough:
			case <-time.After(time.Minute): // the test will tell
			}
		}
		srv.ServeHTTP(w, r)
	}))
	t.Cleanup(counting.Close)
	srv.URL = counting.URL
	return srv, most
}

// TestHostile has what the API says be printed harmlessly.
func TestHostile(t *testing.T) {
	srv := exampletest.NewServer(t)
	_, err := srv.Client().Numbers.Update(t.Context(), flowroutetest.LongCode, &flowroute.UpdateNumberRequest{Alias: new("Fax")})
	require.NoError(t, err)
	for _, args := range [][]string{nil, {"-csv"}} {
		r := exampletest.RunHostile(t, run, srv, args...)
		assert.Equal(t, 3, r.Code, r.Stderr)
		assert.Contains(t, r.Stdout, "Fax"+exampletest.Harmless)
	}
	srv.Inject(flowroutetest.Fault{Operation: "numbers.list", Status: http.StatusForbidden})
	r := exampletest.RunHostile(t, run, srv)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "forged")
}
