package flowroutetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// buy is a request that shows whether it was carried out.
func (a api) buy() (response, error) {
	a.t.Helper()
	return a.try("POST", "/v2/numbers/"+forSale, nil, func(r *http.Request) { r.Close = true })
}

func (a api) bought() bool {
	return len(a.Numbers()) == 5
}

func TestFaultStatus(t *testing.T) {
	a := newAPI(t)
	a.Inject(flowroutetest.Fault{Status: 503, RetryAfter: "7"})
	resp := a.do("POST", "/v2/numbers/"+forSale, nil)
	resp.is(503, `{"errors":[{"detail":"This failure was asked for.","id":"SOME-ID","status":503,"title":"Service Unavailable"}]}`)
	assert.Equal(t, "7", resp.header.Get("Retry-After"))
	assert.False(t, a.bought())

	resp = a.do("POST", "/v2/numbers/"+forSale, nil)
	assert.Equal(t, 201, resp.status, "it was for one request")
	assert.Empty(t, resp.header.Get("Retry-After"))
	assert.Equal(t, 503, a.Requests()[0].Status)
}

func TestFaultStatusWithBody(t *testing.T) {
	a := newAPI(t)
	a.Inject(flowroutetest.Fault{Status: 502, Body: "<html>Bad gateway</html>", ContentType: "text/html"})
	resp := a.get("/v2/routes")
	assert.Equal(t, 502, resp.status)
	assert.Equal(t, "<html>Bad gateway</html>", resp.body)
	assert.Equal(t, "text/html", resp.header.Get("Content-Type"))

	for _, without := range []int{204, 304} {
		a.Inject(flowroutetest.Fault{Status: without, Body: "x", Truncate: true, Pad: 10})
		a.get("/v2/routes").is(without, "")
	}
}

// TestMisuse has what a test asks of the server by mistake end that test, before it passes for nothing.
func TestMisuse(t *testing.T) {
	a := newAPI(t)
	fine := flowroutetest.Fault{Status: 503}
	for says, misuse := range map[string]func(){
		`Inject: no operation "messages.sned"`:                        func() { a.Inject(fine, flowroutetest.Fault{Operation: "messages.sned"}) },
		`Inject: no operation "messages"`:                             func() { a.Inject(flowroutetest.Fault{Operation: "messages"}) },
		"Inject: Times is -2, and must be Always or at least 0":       func() { a.Inject(flowroutetest.Fault{Times: -2}) },
		"Inject: Status is -1, and must be 0 or from 200 to 999":      func() { a.Inject(flowroutetest.Fault{Status: -1}) },
		"Inject: Status is 199, and must be 0 or from 200 to 999":     func() { a.Inject(flowroutetest.Fault{Status: 199}) },
		"Inject: Status is 1000, and must be 0 or from 200 to 999":    func() { a.Inject(flowroutetest.Fault{Status: 1000}) },
		"Inject: Delay is -1s, and must not be below 0":               func() { a.Inject(flowroutetest.Fault{Delay: -time.Second}) },
		"Inject: Pad is -1, and must not be below 0":                  func() { a.Inject(flowroutetest.Fault{Pad: -1}) },
		"FailProvisioning: n is -2, and must be Always or at least 0": func() { a.FailProvisioning(-2) },
		"SetCalls: n is -1, and must not be below 0":                  func() { a.SetCalls(-1) },
		"SetWebhooks: Duplicates is -1, and must not be below 0":      func() { a.SetWebhooks(flowroutetest.Webhooks{Duplicates: -1}) },
	} {
		assert.PanicsWithValue(t, "flowroutetest: "+says, misuse)
	}
	assert.Equal(t, 200, a.get("/v2/routes").status, "none of the faults was taken")
	a.Inject(flowroutetest.Fault{Operation: "messages.send", Status: 200}, flowroutetest.Fault{Status: 999, Times: flowroutetest.Always})
	assert.Equal(t, 999, a.get("/v2/routes").status)
}

func TestFaultCarryOut(t *testing.T) {
	for name, fault := range map[string]flowroutetest.Fault{
		"status": {Status: 500, CarryOut: true},
		"cut":    {Cut: true, CarryOut: true},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			a.Inject(fault)
			resp, err := a.buy()
			if fault.Cut {
				require.Error(t, err)
			} else {
				assert.Equal(t, 500, resp.status)
			}
			assert.True(t, a.bought())
			assert.True(t, a.Requests()[0].Executed)
		})
	}
}

func TestFaultCut(t *testing.T) {
	a := newAPI(t)
	a.Inject(flowroutetest.Fault{Cut: true, Status: 503, Delay: time.Millisecond})
	_, err := a.buy()
	require.ErrorIs(t, err, io.EOF)
	assert.False(t, a.bought())
	assert.Zero(t, a.Requests()[0].Status)
	assert.False(t, a.Requests()[0].Executed)
	_, err = a.buy()
	require.NoError(t, err)
	assert.True(t, a.bought())
}

func TestFaultTruncate(t *testing.T) {
	a := newAPI(t)
	whole := a.get("/v2/routes").body
	a.Inject(flowroutetest.Fault{Truncate: true})
	resp, err := a.try("GET", "/v2/routes", nil)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, 200, resp.status)
	assert.Equal(t, whole[:len(whole)/2], resp.body)

	a.Inject(flowroutetest.Fault{Truncate: true})
	_, err = a.buy()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.True(t, a.bought(), "the answer was true, as far as it went")

	a.Inject(flowroutetest.Fault{Truncate: true})
	a.do("DELETE", "/v2/numbers/"+flowroutetest.LongCode+"/relationships/e911s", nil).is(204, "")
	assert.Equal(t, 200, a.get("/v2/routes").status)
}

func TestFaultPad(t *testing.T) {
	a := newAPI(t)
	whole := a.get("/v2/routes")
	a.Inject(flowroutetest.Fault{Pad: 100_000}, flowroutetest.Fault{Pad: 10}, flowroutetest.Fault{Pad: 5000, Status: 500, Body: "x"})
	padded := a.get("/v2/routes")
	assert.Len(t, padded.body, 100_000)
	assert.True(t, json.Valid([]byte(padded.body)))
	assert.Equal(t, whole.value(), padded.value())
	assert.Equal(t, whole.body, a.get("/v2/routes").body, "it is long enough as it is")
	assert.Len(t, a.get("/v2/routes").body, 5000)
}

func TestFaultBody(t *testing.T) {
	a := newAPI(t)
	a.Inject(flowroutetest.Fault{Body: `{"data":`}, flowroutetest.Fault{ContentType: "text/html"}, flowroutetest.Fault{RetryAfter: "1"})
	resp, err := a.buy()
	require.NoError(t, err)
	assert.Equal(t, 201, resp.status)
	assert.Equal(t, `{"data":`, resp.body)
	assert.Equal(t, mediaType, resp.header.Get("Content-Type"))
	assert.True(t, a.bought())

	resp = a.get("/v2/routes")
	assert.Equal(t, "text/html", resp.header.Get("Content-Type"))
	assert.Equal(t, "0", resp.at("data", 0, "id"))
	assert.Equal(t, "1", a.get("/v2/routes").header.Get("Retry-After"))
}

func TestFaultTimes(t *testing.T) {
	a := newAPI(t)
	status := func() int { return a.get("/v2/routes").status }
	a.Inject(flowroutetest.Fault{Status: 500, Times: 2}, flowroutetest.Fault{Status: 503, Times: flowroutetest.Always})
	assert.Equal(t, []int{500, 500, 503, 503, 503}, []int{status(), status(), status(), status(), status()})
	a.ClearFaults()
	assert.Equal(t, 200, status())
}

func TestFaultOperation(t *testing.T) {
	a := newAPI(t)
	noKey := func(r *http.Request) { r.Header.Del("Authorization") }
	a.Inject(flowroutetest.Fault{Operation: "numbers.purchase", Status: 500}, flowroutetest.Fault{Operation: "routes.list", Status: 503})
	assert.Equal(t, 200, a.get("/v2/cnams").status)
	assert.Equal(t, 401, a.do("GET", "/v2/routes", nil, noKey).status, "a named fault waits for the right credentials")
	assert.Equal(t, 503, a.get("/v2/routes").status)
	assert.Equal(t, 500, a.do("POST", "/v2/numbers/"+forSale, nil).status)

	a.Inject(flowroutetest.Fault{Status: 503, Times: 3})
	assert.Equal(t, 503, a.get("/unknown").status)
	assert.Equal(t, 503, a.do("PUT", "/v2/routes", nil).status)
	assert.Equal(t, 503, a.do("GET", "/v2/routes", nil, noKey).status)

	// Carried out, such a request is refused as ever; nobody is told.
	a.Inject(flowroutetest.Fault{Status: 503, CarryOut: true})
	resp := a.do("POST", "/v2/numbers/"+forSale, nil, noKey)
	assert.Equal(t, 503, resp.status)
	assert.False(t, a.bought())
}

func TestFaultDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithClock(time.Now))
		srv.Inject(flowroutetest.Fault{Delay: time.Minute}, flowroutetest.Fault{Delay: time.Hour})
		request := func(ctx context.Context) *http.Request {
			r := httptest.NewRequest("POST", "/v2/numbers/"+forSale, nil).WithContext(ctx)
			r.SetBasicAuth(srv.AccessKey, srv.SecretKey)
			return r
		}

		begin := time.Now()
		recorder := httptest.NewRecorder()
		done := make(chan struct{})
		go func() {
			defer close(done)
			srv.ServeHTTP(recorder, request(t.Context()))
		}()
		synctest.Wait()
		assert.Len(t, srv.Numbers(), 5, "it is carried out, and the state to be seen, before the delay")
		<-done
		assert.Equal(t, time.Minute, time.Since(begin))
		assert.Equal(t, 201, recorder.Code)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		srv.ServeHTTP(httptest.NewRecorder(), request(ctx))
		assert.Equal(t, time.Minute+time.Second, time.Since(begin), "it ends when the client goes away")
	})
}

func TestFaultDelayEndsWithTheServer(t *testing.T) {
	srv := flowroutetest.NewServer()
	srv.Inject(flowroutetest.Fault{Delay: time.Hour})
	answered := make(chan error)
	go func() {
		resp, err := http.Get(srv.URL)
		if err == nil {
			err = resp.Body.Close()
		}
		answered <- err
	}()
	require.Eventually(t, func() bool { return len(srv.Requests()) == 1 }, time.Minute, time.Millisecond)
	srv.Close()
	assert.NoError(t, <-answered)
}

func TestFaultsWithoutNetwork(t *testing.T) {
	srv := flowroutetest.NewUnstartedServer()
	srv.Inject(flowroutetest.Fault{Cut: true}, flowroutetest.Fault{Truncate: true})
	for _, want := range []string{"", `{"errors":`} {
		recorder := httptest.NewRecorder()
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() {
			srv.ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
		})
		assert.True(t, strings.HasPrefix(recorder.Body.String(), want))
	}

	broken := httptest.NewRequest("POST", "/v2.1/messages", io.MultiReader(strings.NewReader("{"), failing{}))
	broken.SetBasicAuth(srv.AccessKey, srv.SecretKey)
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { srv.ServeHTTP(httptest.NewRecorder(), broken) })
	assert.Len(t, srv.Requests(), 2, "a request that breaks off has not arrived")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
