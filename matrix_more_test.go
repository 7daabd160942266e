package flowroute_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// more is what the operations below need on the stage.
type more struct {
	order, group, file string
	export, task       string
}

func newMore(t *testing.T, s *stage) more {
	ctx := t.Context()
	orders, err := s.clean.Porting.Create(ctx, portRequest("2065550177"))
	require.NoError(t, err)
	m := more{order: orders[0].ID, group: orders[0].GroupID, file: "0"}
	err = s.clean.Do(ctx, "POST", "/v2/portorders/"+m.order+"/upload_file", nil, map[string]string{"filename": "csr.pdf"}, nil)
	require.NoError(t, err)
	export, err := s.clean.CDRs.Create(ctx, exportRequest(1))
	require.NoError(t, err)
	m.export = export.ID
	task, err := s.clean.Numbers.EnableMessaging(ctx, []string{s.number}, nil)
	require.NoError(t, err)
	m.task = task.ID
	return m
}

func portRequest(number string) *flowroute.CreatePortOrderRequest {
	return &flowroute.CreatePortOrderRequest{
		Numbers: []string{number}, BillingName: "John Doe", Provider: "Other", LOADetails: flowroute.LOADetails{Email: "john@example.com"},
		BillingAddress: flowroute.BillingAddress{Street: "1218 3rd Ave", City: "Seattle", State: "WA", Country: "US", ZIP: "98101"},
		Alias:          "Port of " + number,
	}
}

func exportRequest(days int) *flowroute.CreateCDRExportRequest {
	start := flowroutetest.Epoch().AddDate(0, 0, -days)
	return &flowroute.CreateCDRExportRequest{Start: start, End: flowroutetest.Epoch()}
}

// allLive are all operations, on a stage with everything.
func allLive() map[string]live {
	all := liveOperations()
	maps.Copy(all, map[string]live{
		"numbers.listTiers": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Numbers.ListTiers(ctx, nil)
			return err
		}},
		"numbers.getMany": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.GetMany(ctx, []string{s.number})
			return err
		}},
		"numbers.update": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.Update(ctx, s.number, &flowroute.UpdateNumberRequest{Alias: new("front desk")})
			return err
		}},
		"numbers.release": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Numbers.Release(ctx, s.number)
		}},
		"numbers.provisionMessaging": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.DisableMessaging(ctx, []string{s.number}, nil)
			return err
		}},
		"numbers.getMessagingTask": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.GetMessagingTask(ctx, s.more.task)
			return err
		}},
		"routes.update": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Routes.Update(ctx, s.route, &flowroute.UpdateRouteRequest{Alias: new("renamed")})
			return err
		}},
		"routes.clearPrimary": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Routes.ClearPrimary(ctx, s.number)
		}},
		"routes.clearFailover": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Routes.ClearFailover(ctx, s.number)
		}},
		"routes.listEdgeStrategies": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Routes.ListEdgeStrategies(ctx)
			return err
		}},
		"porting.checkPortability": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Porting.CheckPortability(ctx, []string{"2065550188"})
			return err
		}},
		"porting.create": {
			call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
				_, err := c.Porting.Create(ctx, portRequest("2065550188"))
				return err
			},
			done: func(t *testing.T, s *stage) int {
				return count(t, s.clean.Porting.ListAll(t.Context(), nil), func(o *flowroute.PortOrder) bool { return o.Alias == "Port of 2065550188" })
			},
		},
		"porting.get": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Porting.Get(ctx, s.more.order)
			return err
		}},
		"porting.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Porting.List(ctx, nil)
			return err
		}},
		"porting.getGroup": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Porting.GetGroup(ctx, s.more.group)
			return err
		}},
		"porting.getStatus": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Porting.GetStatus(ctx, s.more.order)
			return err
		}},
		"porting.update": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Porting.Update(ctx, s.more.order, &flowroute.UpdatePortOrderRequest{Alias: new("renamed")})
			return err
		}},
		"porting.cancel": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Porting.Cancel(ctx, s.more.order)
		}},
		"porting.changeNumbers": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Porting.ChangeNumbers(ctx, s.more.order, []string{"2065550178"}, nil)
		}},
		"porting.addToGroup": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				return c.Porting.AddToGroup(ctx, s.more.group, []string{"2065550179"})
			},
			done: func(t *testing.T, s *stage) (n int) {
				group, err := s.clean.Porting.GetGroup(t.Context(), s.more.group)
				require.NoError(t, err)
				for _, o := range group.Orders {
					order, err := s.clean.Porting.Get(t.Context(), o.ID)
					require.NoError(t, err)
					for _, number := range order.Numbers {
						if number == "12065550179" {
							n++
						}
					}
				}
				return n
			},
		},
		"porting.requestLOA": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				return c.Porting.RequestLOA(ctx, s.more.order)
			},
		},
		"porting.signLOA": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				return c.Porting.SignLOA(ctx, s.more.order, "John Doe", "Owner")
			},
			done: func(_ *testing.T, s *stage) int { return executed(s, "porting.signLOA", "John Doe") },
		},
		"porting.upload": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				return c.Porting.Upload(ctx, s.more.order, "new.pdf", strings.NewReader("contents"), 8)
			},
			done: func(t *testing.T, s *stage) (n int) {
				order, err := s.clean.Porting.Get(t.Context(), s.more.order)
				require.NoError(t, err)
				for _, f := range order.BusinessDocuments {
					if f.FileName == "new.pdf" {
						n++
					}
				}
				return n
			},
		},
		"porting.getFile": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Porting.GetFile(ctx, s.more.order, s.more.file)
			return err
		}},
		"cdrs.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.CDRs.List(ctx, nil)
			return err
		}},
		"cdrs.create": {
			call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
				_, err := c.CDRs.Create(ctx, exportRequest(2))
				return err
			},
			done: func(t *testing.T, s *stage) int {
				return count(t, s.clean.CDRs.ListAll(t.Context(), nil), func(e *flowroute.CDRExport) bool { return e.ID != s.more.export })
			},
		},
		"cdrs.get": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.CDRs.Get(ctx, s.more.export)
			return err
		}},
	})
	return all
}

// withAnEmail is added to the name of an operation that is asked to send an e-mail.
const withAnEmail = " with an e-mail"

// withEmail adds the operations that must happen only once if they are asked to send an e-mail.
func withEmail(ops map[string]live) map[string]live {
	all := maps.Clone(ops)
	all["numbers.update"+withAnEmail] = live{
		call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.Update(ctx, s.number, &flowroute.UpdateNumberRequest{MessagingEnabled: new(true), MessagingEmail: new(true)})
			return err
		},
		done: func(_ *testing.T, s *stage) int { return executed(s, "numbers.update", `"messaging_email":true`) },
	}
	all["numbers.provisionMessaging"+withAnEmail] = live{
		call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.EnableMessaging(ctx, []string{s.number}, &flowroute.MessagingOptions{Email: true})
			return err
		},
		done: func(_ *testing.T, s *stage) int { return executed(s, "numbers.provisionMessaging", `"email":true`) },
	}
	return all
}
