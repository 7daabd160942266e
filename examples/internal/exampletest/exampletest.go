// Package exampletest runs the example programs in tests.
package exampletest

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

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
	return runWith(clockOf(t, srv), t, run, args, srv.AccessKey, srv.SecretKey, srv.URL)
}

// clockOf is the context of a program that runs by a server's clock.
func clockOf(t *testing.T, srv *flowroutetest.Server) context.Context {
	return example.WithClock(t.Context(), example.ServerClock{Server: srv})
}

func runWith(ctx context.Context, t *testing.T, run Program, args []string, accessKey, secretKey, baseURL string) Result {
	t.Helper()
	t.Setenv("FR_ACCESS_KEY", accessKey)
	t.Setenv("FR_SECRET_KEY", secretKey)
	t.Setenv("FR_BASE_URL", baseURL)
	var stdout, stderr strings.Builder
	code := run(ctx, args, &stdout, &stderr)
	for _, printed := range []string{stdout.String(), stderr.String()} {
		if strings.ContainsFunc(printed, controls) {
			t.Errorf("%q controls the terminal", printed)
		}
	}
	return Result{code, stdout.String(), stderr.String()}
}

func controls(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// Hostile is what RunHostile adds to texts: it clears the screen, reverses the text after it, and forges a line.
const Hostile = "\x1b[2J\u202e\nforged\u009b"

// Harmless is how [Hostile] is printed.
const Harmless = "\ufffd[2J\ufffd\ufffdforged\ufffd"

// RunHostile is like [RunReal] with an API that adds [Hostile] to each attribute that is a text of words, and to the
// words of errors.
func RunHostile(t *testing.T, run Program, srv *flowroutetest.Server, args ...string) Result {
	t.Helper()
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		srv.ServeHTTP(recorded, r)
		body := recorded.Body.Bytes()
		decoder := json.NewDecoder(recorded.Body)
		decoder.UseNumber()
		var document any
		if decoder.Decode(&document) == nil {
			body, _ = json.Marshal(spoiled(document, false))
		}
		maps.Copy(w.Header(), recorded.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(hostile.Close)
	return runWith(clockOf(t, srv), t, run, args, srv.AccessKey, srv.SecretKey, hostile.URL)
}

// spoiled is a document with [Hostile] in its texts.
func spoiled(value any, words bool) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = spoiled(member, words || name == "attributes" || name == "detail" || name == "title")
		}
	case []any:
		for i := range value {
			value[i] = spoiled(value[i], words)
		}
	case string:
		if words && value != "" && !strings.ContainsRune("+0123456789", rune(value[0])) {
			return value + Hostile
		}
	}
	return value
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
