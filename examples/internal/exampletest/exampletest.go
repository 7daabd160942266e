// Package exampletest runs the example programs in tests.
package exampletest

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// Result is what a program left behind.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// Program is the run function of a program.
type Program func(ctx context.Context, args []string, stdout, stderr io.Writer) int

// RunFake runs a program without credentials, whatever there are in the environment of the tests.
func RunFake(t *testing.T, run Program, args ...string) Result {
	return runWith(t.Context(), t, run, args, "", "", "")
}

// RunReal runs a program with the credentials of a server, which it takes for the real API, and by the server's clock.
func RunReal(t *testing.T, run Program, srv *flowroutetest.Server, args ...string) Result {
	ctx := example.WithClock(t.Context(), example.ServerClock{Server: srv})
	return runWith(ctx, t, run, args, srv.AccessKey, srv.SecretKey, srv.URL)
}

func runWith(ctx context.Context, t *testing.T, run Program, args []string, accessKey, secretKey, baseURL string) Result {
	t.Helper()
	t.Setenv("FR_ACCESS_KEY", accessKey)
	t.Setenv("FR_SECRET_KEY", secretKey)
	t.Setenv("FR_BASE_URL", baseURL)
	var stdout, stderr strings.Builder
	code := run(ctx, args, &stdout, &stderr)
	return Result{code, stdout.String(), stderr.String()}
}

// NewServer returns a server to take for the real API. Whenever it reads its clock two minutes have passed, so that
// CDRs.Wait, which waits in real time, finds an export completed.
func NewServer(t *testing.T) *flowroutetest.Server {
	now := flowroutetest.Epoch()
	srv := flowroutetest.NewServer(flowroutetest.WithClock(func() time.Time {
		now = now.Add(2 * time.Minute)
		return now
	}))
	t.Cleanup(srv.Close)
	return srv
}

// OnlyRead tells whether all that a server was asked was to read, or to validate an address.
func OnlyRead(srv *flowroutetest.Server) bool {
	return !slices.ContainsFunc(srv.Requests(), func(r flowroutetest.Request) bool {
		return r.Method != http.MethodGet && r.Operation != "e911s.validate"
	})
}

// Count is how often a server was asked for an operation.
func Count(srv *flowroutetest.Server, operation string) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}
