package flowroute_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// The benchmarks hold the library against what most people would write by hand: http.DefaultClient or a client like it,
// and json.NewDecoder into the same models. "floor" is a request whose answer is thrown away.

// byHand calls the API without the library.
type byHand struct {
	client *http.Client
	url    string
}

func (h byHand) do(ctx context.Context, method, path string, body, out any) error {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, h.url+path, r)
	if err != nil {
		return err
	}
	req.SetBasicAuth(accessKey, secretKey)
	req.Header.Set("Accept", "application/vnd.api+json")
	if body != nil {
		req.Header.Set("Content-Type", "application/vnd.api+json")
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	if out == nil {
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// one and many are the documents that a program written by hand decodes.
type one[T any] struct {
	Data struct {
		ID         string `json:"id"`
		Type       string `json:"type"`
		Attributes T      `json:"attributes"`
	} `json:"data"`
}

type many[T any] struct {
	Data []struct {
		ID         string `json:"id"`
		Type       string `json:"type"`
		Attributes T      `json:"attributes"`
	} `json:"data"`
	Links struct {
		Next string `json:"next"`
	} `json:"links"`
}

// canned answers everything alike, without a network.
type canned []byte

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body: io.NopCloser(bytes.NewReader(c)), ContentLength: int64(len(c)), Request: r,
	}, nil
}

const messageID = "mdr2-39cadeace66e11e7aff806cd7f24ba2d"

const sentJSON = `{"data":{"id":"` + messageID + `","links":{"self":"https://api.flowroute.com/v2.1/messages/` + messageID + `"},"type":"message"}}`

func messageJSON(i int) string {
	return fmt.Sprintf(`{"attributes":{"body":"Message number %d, of a usual length for a text.","status":"message buffered","direction":"outbound","amount_nanodollars":4000000,"to":"12061232634","message_encoding":0,
		"timestamp":"2017-12-21T16:44:34.93Z","delivery_receipts":[
		{"status":"message buffered","status_code":1003,"status_code_description":"Message accepted by Carrier","timestamp":"2017-12-21T16:44:35.00Z","level":2},
		{"status":"smsc submit","status_code":null,"status_code_description":"Message has been sent","timestamp":"2017-12-21T16:44:35.00Z","level":1}],
		"amount_display":"$0.0040","from":"12012673227","is_mms":false,"message_type":"longcode"},"type":"message","id":"%s"}`, i, messageID)
}

func accountNumberJSON(i int) string {
	n := int64(12065550000) + int64(i)
	return fmt.Sprintf(`{"attributes":{"rate_center":"oradell","value":"%d","alias":null,"state":"nj","number_type":"standard","cnam_lookups_enabled":true,
		"messaging_enabled":true,"status":"PURCHASED","iso_country":"US","tier":"Standard"},"type":"number","id":"%d","links":{"self":"https://api.flowroute.com/v2/numbers/%d"}}`, n, n, n)
}

func page(n int, record func(int) string, next string) []byte {
	records := make([]string, n)
	for i := range records {
		records[i] = record(i)
	}
	var b bytes.Buffer
	_ = json.Compact(&b, []byte(`{"data":[`+strings.Join(records, ",")+`],"links":{"self":"x"`+next+`}}`))
	return b.Bytes()
}

// against runs each contender, and reports how it compares with the first.
func against(b *testing.B, contenders ...contender) {
	for i, c := range contenders {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.run(b)
			}
			if i > 0 {
				b.ReportMetric(ratio(b, c, contenders[0]), "x-by-hand")
			}
		})
	}
}

// ratio compares two contenders that take turns, some milliseconds each, so that what else the machine does slows both
// down alike: it is the median of what the turns give.
func ratio(b *testing.B, c, rival contender) float64 {
	const turn, enough, most = 5 * time.Millisecond, 5, 101
	runs := max(1, int(turn/max(1, timed(b, c, 1))))
	var ratios []float64
	for start := time.Now(); len(ratios) < enough || len(ratios) < most && time.Since(start) < 2*time.Second; {
		theirs, ours := timed(b, rival, runs), timed(b, c, runs)
		ratios = append(ratios, float64(ours)/float64(theirs))
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func timed(b *testing.B, c contender, runs int) time.Duration {
	start := time.Now()
	for range runs {
		c.run(b)
	}
	return time.Since(start)
}

type contender struct {
	name string
	run  func(b *testing.B)
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

func offline(b testing.TB, answer []byte) (*flowroute.Client, byHand) {
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: canned(answer)}))
	require.NoError(b, err)
	return client, byHand{&http.Client{Transport: canned(answer)}, "https://api.flowroute.com"}
}

// BenchmarkSend sends one SMS over loopback.
func BenchmarkSend(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, sentJSON)
	}))
	defer srv.Close()
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(srv.URL))
	must(b, err)
	hand := byHand{http.DefaultClient, srv.URL}
	body := map[string]any{"data": map[string]any{"type": "message", "attributes": map[string]any{"from": "12065550100", "to": "12065550199", "body": "Hello"}}}
	against(b,
		contender{"by-hand", func(b *testing.B) {
			var out one[flowroute.Message]
			must(b, hand.do(b.Context(), "POST", "/v2.1/messages", body, &out))
		}},
		contender{"flowroute", func(b *testing.B) {
			_, err := client.Messages.Send(b.Context(), sms())
			must(b, err)
		}},
		contender{"floor", func(b *testing.B) { must(b, hand.do(b.Context(), "POST", "/v2.1/messages", body, nil)) }},
	)
}

// BenchmarkGet reads one message detail record, without a network.
func BenchmarkGet(b *testing.B) {
	client, hand := offline(b, []byte(`{"data":`+messageJSON(1)+`}`))
	against(b,
		contender{"by-hand", func(b *testing.B) {
			var out one[flowroute.Message]
			must(b, hand.do(b.Context(), "GET", "/v2.1/messages/"+messageID, nil, &out))
		}},
		contender{"flowroute", func(b *testing.B) {
			_, err := client.Messages.Get(b.Context(), messageID)
			must(b, err)
		}},
		contender{"floor", func(b *testing.B) { must(b, hand.do(b.Context(), "GET", "/v2.1/messages/"+messageID, nil, nil)) }},
	)
}

// BenchmarkPageOf200Numbers reads a page of the account's numbers, without a network.
func BenchmarkPageOf200Numbers(b *testing.B) {
	client, hand := offline(b, page(200, accountNumberJSON, ""))
	against(b,
		contender{"by-hand", func(b *testing.B) {
			var out many[flowroute.Number]
			must(b, hand.do(b.Context(), "GET", "/v2/numbers?limit=200", nil, &out))
		}},
		contender{"flowroute", func(b *testing.B) {
			_, err := client.Numbers.List(b.Context(), &flowroute.NumberListOptions{ListOptions: flowroute.ListOptions{Limit: 200}})
			must(b, err)
		}},
		contender{"floor", func(b *testing.B) { must(b, hand.do(b.Context(), "GET", "/v2/numbers?limit=200", nil, nil)) }},
	)
}

// BenchmarkPageOf1000Messages reads a page of message detail records, without a network.
func BenchmarkPageOf1000Messages(b *testing.B) {
	client, hand := offline(b, page(1000, messageJSON, ""))
	start := time.Date(2017, 12, 1, 0, 0, 0, 0, time.UTC)
	against(b,
		contender{"by-hand", func(b *testing.B) {
			var out many[flowroute.Message]
			must(b, hand.do(b.Context(), "GET", "/v2.1/messages?limit=1000&start_date=2017-12-01", nil, &out))
		}},
		contender{"flowroute", func(b *testing.B) {
			_, err := client.Messages.List(b.Context(), &flowroute.MessageListOptions{ListOptions: flowroute.ListOptions{Limit: 1000}, Start: start})
			must(b, err)
		}},
		contender{"floor", func(b *testing.B) { must(b, hand.do(b.Context(), "GET", "/v2.1/messages?limit=1000", nil, nil)) }},
	)
}

// BenchmarkWalkOf10000Numbers walks an account of 50 pages, on a server that takes 5 ms for each.
func BenchmarkWalkOf10000Numbers(b *testing.B) {
	last, more := page(200, accountNumberJSON, ""), page(200, accountNumberJSON, `,"next":"x"`)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		answer := more
		if r.FormValue("offset") == "9800" {
			answer = last
		}
		_, _ = w.Write(bytes.ReplaceAll(answer, []byte(`"id":"1206`), []byte(`"id":"`+r.FormValue("offset")+`1206`)))
	}))
	defer srv.Close()
	hand := byHand{http.DefaultClient, srv.URL}
	contenders := []contender{{"by-hand", func(b *testing.B) {
		n := 0
		for offset := 0; ; offset += 200 {
			var out many[flowroute.Number]
			must(b, hand.do(b.Context(), "GET", fmt.Sprintf("/v2/numbers?limit=200&offset=%d", offset), nil, &out))
			if n += len(out.Data); out.Links.Next == "" {
				break
			}
		}
		require.Equal(b, 10_000, n)
	}}}
	for _, prefetch := range []int{0, 8} {
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(srv.URL), flowroute.WithPrefetch(prefetch))
		must(b, err)
		contenders = append(contenders, contender{fmt.Sprintf("flowroute-prefetch-%d", prefetch), func(b *testing.B) {
			n := 0
			for _, err := range client.Numbers.ListAll(b.Context(), nil) {
				must(b, err)
				n++
			}
			require.Equal(b, 10_000, n)
		}})
	}
	against(b, contenders...)
}

// Benchmark64SendersOverTLS has 64 goroutines send 20 SMS each, with a new client, so that the connections count.
func Benchmark64SendersOverTLS(b *testing.B) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, sentJSON)
	}))
	defer srv.Close()
	body := map[string]any{"data": map[string]any{"type": "message", "attributes": map[string]any{"from": "12065550100", "to": "12065550199", "body": "Hello"}}}
	trusted := srv.Client().Transport.(*http.Transport).TLSClientConfig

	burst := func(b *testing.B, send func() error) {
		var wg sync.WaitGroup
		var failed atomic.Value
		for range 64 {
			wg.Go(func() {
				for range 20 {
					if err := send(); err != nil {
						failed.Store(err)
					}
				}
			})
		}
		wg.Wait()
		if err, ok := failed.Load().(error); ok {
			b.Fatal(err)
		}
	}
	against(b,
		contender{"by-hand", func(b *testing.B) {
			transport := http.DefaultTransport.(*http.Transport).Clone() // what http.DefaultClient has, but it trusts the server
			transport.TLSClientConfig, transport.ForceAttemptHTTP2 = trusted.Clone(), false
			defer transport.CloseIdleConnections()
			hand := byHand{&http.Client{Transport: transport}, srv.URL}
			burst(b, func() error {
				var out one[flowroute.Message]
				return hand.do(b.Context(), "POST", "/v2.1/messages", body, &out)
			})
		}},
		contender{"flowroute", func(b *testing.B) {
			transport := http.DefaultTransport.(*http.Transport).Clone()
			transport.TLSClientConfig, transport.ForceAttemptHTTP2 = trusted.Clone(), false
			transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = 64, 64 // as the client's own transport has
			defer transport.CloseIdleConnections()
			client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(srv.URL), flowroute.WithHTTPClient(&http.Client{Transport: transport}))
			must(b, err)
			burst(b, func() error { _, err := client.Messages.Send(b.Context(), sms()); return err })
		}},
	)
}

// BenchmarkWebhook receives a text: by hand it is read into a struct and answered, with nobody checked and nothing
// remembered.
func BenchmarkWebhook(b *testing.B) {
	n := 0
	request := func() *http.Request {
		n++
		body := fmt.Sprintf(`{"data":{"id":"mdr2-%d","type":"message","attributes":{"body":"A text of a usual length, as people write it.","from":"12065550199","to":"12065550100",
			"status":"delivered","direction":"inbound","amount_nanodollars":4000000,"amount_display":"$0.0040","message_encoding":0,"message_type":"longcode","is_mms":false,
			"message_callback_url":"https://example.com/flowroute","timestamp":"2017-12-21T16:44:34.93Z"}}}`, n)
		r := httptest.NewRequest(http.MethodPost, "/flowroute/"+webhookSecret, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/vnd.api+json")
		return r
	}
	handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth:      flowroute.WebhookPathSecret(webhookSecret),
		OnMessage: func(context.Context, *flowroute.InboundMessage) error { return nil },
	})
	must(b, err)
	against(b,
		contender{"by-hand", func(b *testing.B) {
			body, err := io.ReadAll(request().Body)
			must(b, err)
			var out one[flowroute.Message]
			must(b, json.Unmarshal(body, &out))
			httptest.NewRecorder().WriteHeader(http.StatusOK)
		}},
		contender{"flowroute", func(b *testing.B) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, request())
			if w.Code != http.StatusOK {
				b.Fatal(w.Code)
			}
		}},
		contender{"floor", func(*testing.B) { request() }},
	)
}

// BenchmarkReadCDRs reads 1,000 call detail records: by hand four of their columns are parsed.
func BenchmarkReadCDRs(b *testing.B) {
	const records = 1000
	lines := strings.SplitAfter(cdrFile, "\n")
	file := lines[0] + strings.Repeat(lines[1], records)
	against(b,
		contender{"by-hand", func(b *testing.B) {
			rows := csv.NewReader(strings.NewReader(file))
			rows.ReuseRecord = true
			_, err := rows.Read()
			must(b, err)
			for range records {
				row, err := rows.Read()
				must(b, err)
				record := flowroute.CDR{Direction: row[0], Destination: row[3]}
				record.StartTime, err = time.Parse("2006-01-02 15:04:05Z07", row[1])
				must(b, err)
				record.TotalCost, err = flowroute.ParseNanodollars(row[6])
				must(b, err)
			}
		}},
		contender{"flowroute", func(b *testing.B) {
			n := 0
			for _, err := range flowroute.ReadCDRs(strings.NewReader(file)) {
				must(b, err)
				n++
			}
			if n != records {
				b.Fatal(n)
			}
		}},
	)
}
