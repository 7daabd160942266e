package flowroutetest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestClient(t *testing.T) {
	for name, start := range map[string]func(*flowroutetest.Server){
		"plain": (*flowroutetest.Server).Start,
		"TLS":   (*flowroutetest.Server).StartTLS,
	} {
		t.Run(name, func(t *testing.T) {
			srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials("11112222", "anothersecret"))
			start(srv)
			defer srv.Close()
			client := srv.Client(flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
			srv.Inject(flowroutetest.Fault{Operation: "routes.list", Status: 503})
			_, err := client.Routes.List(t.Context(), nil)
			require.ErrorIs(t, err, flowroute.ErrServer, "the options count")
			routes, err := client.Routes.List(t.Context(), nil)
			require.NoError(t, err)
			assert.Len(t, routes.Items, 1)
		})
	}
}

func TestClientPanics(t *testing.T) {
	srv := flowroutetest.NewUnstartedServer()
	assert.PanicsWithValue(t, "flowroutetest: the server must be started before it can have a client", func() { srv.Client() })
	srv.Start()
	defer srv.Close()
	assert.Panics(t, func() { srv.Client(flowroute.WithBaseURL("://")) })
}
