package flowroute_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// pager answers a list of so many routes, and counts the pages.
type pager struct {
	records int
	pages   atomic.Int32
	edit    func(offset int, page map[string]any) // changes a page before it is sent
}

func (p *pager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.pages.Add(1)
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	end := min(offset+limit, p.records)
	data := []any{}
	for i := offset; i < end; i++ {
		data = append(data, map[string]any{"type": "route", "id": strconv.Itoa(i)})
	}
	links := map[string]any{}
	if end < p.records {
		links["next"] = "https://api.staging.example/v2/routes?limit=1&offset=0" // never to be followed
	}
	page := map[string]any{"data": data, "links": links}
	if p.edit != nil {
		p.edit(offset, page)
	}
	_ = json.NewEncoder(w).Encode(page)
}

func walk(ctx context.Context, c *flowroute.Client, opts *flowroute.RouteListOptions) (ids []string, err error) {
	for r, err := range c.Routes.ListAll(ctx, opts) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}

func numbered(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, strconv.Itoa(i))
	}
	return ids
}

func TestListAll(t *testing.T) {
	tests := []struct {
		name           string
		records        int
		limit, offset  int
		pages          int32
		first, outOfID int
	}{
		{"three pages", 500, 0, 0, 3, 0, 500},
		{"pages of its own size", 10, 4, 0, 3, 0, 10},
		{"from an offset", 10, 4, 5, 2, 5, 10},
		{"a last page that is full", 8, 4, 0, 2, 0, 8},
		{"none", 0, 0, 0, 1, 0, 0},
		{"beyond the end", 3, 0, 9, 1, 9, 9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &pager{records: test.records}
			client := serveFunc(t, p.ServeHTTP)
			ids, err := walk(t.Context(), client, &flowroute.RouteListOptions{ListOptions: flowroute.ListOptions{Limit: test.limit, Offset: test.offset}})
			require.NoError(t, err)
			assert.Equal(t, numbered(test.first, test.outOfID), ids)
			assert.Equal(t, test.pages, p.pages.Load())
		})
	}
}

func TestListAllCanBeRangedOverAgain(t *testing.T) {
	client := serveFunc(t, (&pager{records: 450}).ServeHTTP)
	opts := &flowroute.RouteListOptions{}
	all := client.Routes.ListAll(t.Context(), opts)
	opts.Offset = 100 // too late
	for range 2 {
		n := 0
		for r, err := range all {
			require.NoError(t, err)
			require.Equal(t, strconv.Itoa(n), r.ID)
			n++
		}
		assert.Equal(t, 450, n)
	}
}

func TestListAllIsLazy(t *testing.T) {
	p := &pager{records: 1000}
	client := serveFunc(t, p.ServeHTTP)
	all := client.Routes.ListAll(t.Context(), nil)
	assert.Zero(t, p.pages.Load(), "nothing is fetched before it is ranged over")
	n := 0
	for _, err := range all {
		require.NoError(t, err)
		if n++; n == 201 {
			break
		}
	}
	assert.EqualValues(t, 2, p.pages.Load(), "nor after the loop is left")
}

func TestListAllEndsAfterAnError(t *testing.T) {
	p := &pager{records: 1000, edit: func(offset int, page map[string]any) {
		if offset == 200 {
			delete(page, "data")
		}
	}}
	client := serveFunc(t, p.ServeHTTP)
	var ids []string
	var errs []error
	for r, err := range client.Routes.ListAll(t.Context(), nil) {
		if err != nil {
			errs = append(errs, err)
			assert.Nil(t, r)
			continue
		}
		ids = append(ids, r.ID)
	}
	assert.Equal(t, numbered(0, 200), ids)
	require.Len(t, errs, 1)
	assert.EqualError(t, errs[0], "flowroute: routes.list: 200 OK: the answer has no data")
}

func TestListAllEndsWhereTheAPIRepeatsItself(t *testing.T) {
	p := &pager{edit: func(_ int, page map[string]any) { // knows no offset
		page["data"] = []any{map[string]any{"type": "route", "id": "1"}, map[string]any{"type": "route", "id": "2"}}
		page["links"] = map[string]any{"next": "x"}
	}}
	client := serveFunc(t, p.ServeHTTP)
	ids, err := walk(t.Context(), client, nil)
	assert.Equal(t, []string{"1", "2"}, ids)
	var e *flowroute.RequestError
	require.ErrorAs(t, err, &e)
	assert.EqualError(t, err, "flowroute: routes.list: the page at offset 2 repeats an earlier one: records have moved in the meantime, or the API ignores the offset")
	assert.EqualValues(t, 2, p.pages.Load())
}

// TestListAllEndsWhereTheAPIGoesRoundInCircles has pages alternate, and their records change places.
func TestListAllEndsWhereTheAPIGoesRoundInCircles(t *testing.T) {
	pages := [][]any{{"1", "2"}, {"3", "4"}, {"2", "1"}, {"4", "3"}}
	p := &pager{edit: func(offset int, page map[string]any) {
		data := []any{}
		for _, id := range pages[offset/2%len(pages)] {
			data = append(data, map[string]any{"type": "route", "id": id})
		}
		page["data"], page["links"] = data, map[string]any{"next": "x"}
	}}
	for _, opts := range [][]flowroute.Option{nil, {flowroute.WithPrefetch(3)}} {
		client := serveFunc(t, p.ServeHTTP, opts...)
		ids, err := walk(t.Context(), client, nil)
		assert.Equal(t, []string{"1", "2", "3", "4"}, ids)
		assert.EqualError(t, err, "flowroute: routes.list: the page at offset 4 repeats an earlier one: records have moved in the meantime, or the API ignores the offset")
	}
}

// TestListAllKeepsItsOptions changes what the options of a walk point to in the midst of it.
func TestListAllKeepsItsOptions(t *testing.T) {
	var queries []string
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		query.Del("offset")
		queries = append(queries, query.Encode())
		fmt.Fprintf(w, `{"data":[{"id":"%d"}],"links":{"next":"x"}}`, len(queries))
	})
	approved, cost, numbers := true, flowroute.Dollar, []string{"2065550100"}
	change := func() { approved, cost, numbers[0] = !approved, cost+1, "2065550199" }
	for _, list := range []func() error{
		func() error {
			return twoPages(client.CNAMs.ListAll(t.Context(), &flowroute.CNAMListOptions{Approved: &approved}), change)
		},
		func() error {
			return twoPages(client.Numbers.ListAllAreaCodes(t.Context(), &flowroute.AreaCodeListOptions{MaxSetupCost: &cost}), change)
		},
		func() error {
			return twoPages(client.Numbers.ListAllExchanges(t.Context(), &flowroute.ExchangeListOptions{MaxSetupCost: &cost}), change)
		},
		func() error {
			return twoPages(client.Porting.ListAll(t.Context(), &flowroute.PortOrderListOptions{Numbers: numbers}), change)
		},
	} {
		queries = nil
		require.NoError(t, list())
		require.Len(t, queries, 2)
		assert.Equal(t, queries[0], queries[1])
	}
}

// twoPages walks two pages of one record, and has something changed after the first.
func twoPages[T any](all iter.Seq2[*T, error], change func()) error {
	n := 0
	for _, err := range all {
		if err != nil {
			return err
		}
		if n++; n == 2 {
			break
		}
		change()
	}
	return nil
}

func TestListAllEndsAfterAnEmptyPage(t *testing.T) {
	p := &pager{records: 300, edit: func(_ int, page map[string]any) {
		page["links"] = map[string]any{"next": "x"} // always
	}}
	client := serveFunc(t, p.ServeHTTP)
	ids, err := walk(t.Context(), client, nil)
	require.NoError(t, err)
	assert.Equal(t, numbered(0, 300), ids)
	assert.EqualValues(t, 4, p.pages.Load(), "one page further than the empty one")
}

// TestListAllAfterAnEmptyPage has pages be empty although more is said to follow.
func TestListAllAfterAnEmptyPage(t *testing.T) {
	tests := []struct {
		name          string
		records       int
		limit, offset int
		served        int // records of a page, whatever the limit is; 0 is the limit
		empty         func(offset int) bool
		want          []string
		pages         int32
		err           string // after "flowroute: routes.list: "
	}{
		{"a gap", 600, 0, 0, 0, func(o int) bool { return o == 200 }, numbered(0, 200), 3,
			"the page of 200 records at offset 200 is empty, but the next one is not: records are missing"},
		{"a gap in small pages", 60, 20, 0, 0, func(o int) bool { return o == 20 }, numbered(0, 20), 3,
			"the page of 20 records at offset 20 is empty, but the next one is not: records are missing"},
		{"a last page that is empty, of pages that are smaller than the limit", 150, 0, 0, 50, func(o int) bool { return o == 100 }, numbered(0, 100), 4, ""},
		{"a gap within pages that are smaller than the limit", 200, 0, 0, 50, func(o int) bool { return o == 100 }, numbered(0, 100), 4,
			"the page of 50 records at offset 100 is empty, but the next one is not: records are missing"},
		{"a gap in pages that are larger than the limit", 900, 0, 0, 300, func(o int) bool { return o == 300 }, numbered(0, 300), 3,
			"the page of 300 records at offset 300 is empty, but the next one is not: records are missing"},
		{"a gap at the start", 600, 0, 0, 0, func(o int) bool { return o == 0 }, nil, 2,
			"the page of 200 records at offset 0 is empty, but the next one is not: records are missing"},
		{"a gap after an offset", 600, 0, 100, 0, func(o int) bool { return o == 100 }, nil, 2,
			"the page of 200 records at offset 100 is empty, but the next one is not: records are missing"},
		{"nothing at all", 600, 0, 0, 0, func(int) bool { return true }, nil, 2, ""},
		{"nothing more", 600, 0, 0, 0, func(o int) bool { return o >= 400 }, numbered(0, 400), 4, ""},
	}
	for _, test := range tests {
		for _, prefetch := range []int{0, 1, 3} {
			t.Run(fmt.Sprintf("%s, prefetch %d", test.name, prefetch), func(t *testing.T) {
				p := &pager{records: test.records, edit: func(offset int, page map[string]any) {
					page["links"] = map[string]any{"next": "x"}
					if test.empty(offset) {
						page["data"] = []any{}
					}
				}}
				client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Form = r.URL.Query(); test.served != 0 {
						r.Form.Set("limit", strconv.Itoa(test.served))
					}
					p.ServeHTTP(w, r)
				}, flowroute.WithPrefetch(prefetch))
				ids, err := walk(t.Context(), client, &flowroute.RouteListOptions{ListOptions: flowroute.ListOptions{Limit: test.limit, Offset: test.offset}})
				assert.Equal(t, test.want, ids)
				if test.err == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, "flowroute: routes.list: "+test.err)
				}
				if prefetch == 0 {
					assert.Equal(t, test.pages, p.pages.Load())
				}
				assert.LessOrEqual(t, p.pages.Load(), test.pages+int32(prefetch)+1)
			})
		}
	}
}

// TestListAllEndsWhereHalfAPageIsEmpty has a page be too large for a response, and its first half be empty although more
// is said to follow.
func TestListAllEndsWhereHalfAPageIsEmpty(t *testing.T) {
	large := `{"data":[{"id":"1","attributes":{"alias":"` + strings.Repeat("x", 8<<20) + `"}}]}`
	requests := 0
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		switch {
		case requests > 10:
			w.WriteHeader(http.StatusNotFound)
		case r.FormValue("limit") == "200":
			_, _ = io.WriteString(w, large)
		default:
			_, _ = io.WriteString(w, `{"data":[],"links":{"next":"x"}}`)
		}
	})
	ids, err := walk(t.Context(), client, nil)
	require.NoError(t, err)
	assert.Empty(t, ids)
	assert.Equal(t, 4, requests, "two pages, each once whole and once by half")
}

// TestListAllMakesProgress ends where an API ignores the offset, and has a page that no other is equal to each time.
func TestListAllMakesProgress(t *testing.T) {
	reversed := func(ids []string) []string { slices.Reverse(ids); return ids }
	for name, page := range map[string]func(n, limit int) []string{ // of the nth request
		"a record more at the end":   func(n, _ int) []string { return numbered(0, 20+n) },
		"a record more at the start": func(n, _ int) []string { return reversed(numbered(0, 20+n)) },
		"one record, then more":      func(n, _ int) []string { return numbered(0, n) },
		"the latest records":         func(n, limit int) []string { return reversed(numbered(n, n+limit)) },
		"several records more":       func(n, _ int) []string { return numbered(0, 20+5*n) },
		"another record each time":   func(n, limit int) []string { return append(numbered(0, limit-1), strconv.Itoa(1000+n)) },
		"two lists that take turns":  func(n, _ int) []string { return numbered(1000*(n%2), 1000*(n%2)+20+n) },
		"records in another order":   func(n, _ int) []string { return append(reversed(numbered(0, n)), numbered(n, 20+n)...) },
		"a part of few, each time new": func(n, limit int) []string {
			return slices.Concat(numbered(n%7*3, n%7*3+limit-1), numbered(1000+n, 1001+n))
		},
	} {
		for _, prefetch := range []int{0, 3} {
			t.Run(fmt.Sprintf("%s, prefetch %d", name, prefetch), func(t *testing.T) {
				var requests atomic.Int32
				client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
					limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
					data := []any{}
					for _, id := range page(int(requests.Add(1)), limit) {
						data = append(data, map[string]any{"type": "route", "id": id})
					}
					_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "links": map[string]any{"next": "x"}})
				}, flowroute.WithPrefetch(prefetch))
				_, err := walk(t.Context(), client, &flowroute.RouteListOptions{ListOptions: flowroute.ListOptions{Limit: 20}})
				var e *flowroute.RequestError
				require.ErrorAs(t, err, &e)
				require.ErrorContains(t, err, "flowroute: routes.list: the last 5 pages, up to offset ")
				require.ErrorContains(t, err, ", have hardly any new records: the list changes too fast, or the API ignores the offset")
				if prefetch == 0 { // else it also matters which of the requests under way comes first
					assert.LessOrEqual(t, requests.Load(), int32(10))
				}
			})
		}
	}
}

// TestListAllOfAListThatGrows has records arrive at the start of a list while it is walked, so that pages begin with
// records of the page before.
func TestListAllOfAListThatGrows(t *testing.T) {
	for prefetch, rates := range map[int][]int{0: {1, 4, 9}, 3: {1}} {
		for _, arriving := range rates {
			var mu sync.Mutex
			ids := numbered(0, 200)
			client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
				offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
				page := map[string]any{"data": []any{}}
				for _, id := range ids[min(offset, len(ids)):min(offset+limit, len(ids))] {
					page["data"] = append(page["data"].([]any), map[string]any{"type": "route", "id": id})
				}
				if offset+limit < len(ids) {
					page["links"] = map[string]any{"next": "x"}
				}
				ids = append(numbered(1000+len(ids), 1000+len(ids)+arriving), ids...)
				_ = json.NewEncoder(w).Encode(page)
			}, flowroute.WithPrefetch(prefetch))
			found, err := walk(t.Context(), client, &flowroute.RouteListOptions{ListOptions: flowroute.ListOptions{Limit: 20}})
			require.NoError(t, err, "%d arriving, prefetch %d", arriving, prefetch)
			if prefetch == 0 { // else pages are read in any order, and a record can move from one that is to come to one that is read
				assert.Subset(t, found, numbered(0, 200))
			}
		}
	}
}

func TestListAllGoesByTheRecordsReceived(t *testing.T) {
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) { // gives 50 at a time, whatever is asked for
		r.Form = r.URL.Query()
		r.Form.Set("limit", "50")
		(&pager{records: 120}).ServeHTTP(w, r)
	})
	ids, err := walk(t.Context(), client, nil)
	require.NoError(t, err)
	assert.Equal(t, numbered(0, 120), ids)
}

func TestListAllEndsWithItsContext(t *testing.T) {
	client := serveFunc(t, (&pager{records: 1000}).ServeHTTP)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range client.Routes.ListAll(ctx, nil) {
		if n++; n == 200 {
			cancel()
		}
		if n > 200 {
			require.ErrorIs(t, err, context.Canceled)
			continue
		}
		require.NoError(t, err)
	}
	assert.Equal(t, 201, n)
}

// TestWholeInventory walks some thousand numbers in several ways, which must all find the same.
func TestWholeInventory(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	all := func(opts *flowroute.NumberSearchOptions) (values []string) {
		for n, err := range client.Numbers.SearchAll(t.Context(), opts) {
			require.NoError(t, err)
			assert.Equal(t, n.ID, n.Value)
			values = append(values, n.Value)
		}
		return values
	}
	byNumber := all(&flowroute.NumberSearchOptions{OrderBy: "number"})
	assert.Greater(t, len(byNumber), 2000)
	assert.True(t, slices.IsSorted(byNumber))
	assert.Len(t, slices.Compact(slices.Clone(byNumber)), len(byNumber))

	byPages := all(&flowroute.NumberSearchOptions{OrderBy: "number", ListOptions: flowroute.ListOptions{Limit: 77}})
	assert.Equal(t, byNumber, byPages)

	var byExchange []string
	for code, err := range client.Numbers.ListAllAreaCodes(t.Context(), nil) {
		require.NoError(t, err)
		for exchange, err := range client.Numbers.ListAllExchanges(t.Context(), &flowroute.ExchangeListOptions{AreaCode: code.ID}) {
			require.NoError(t, err)
			require.Equal(t, code.ID, exchange.ID[:3])
			byExchange = append(byExchange, all(&flowroute.NumberSearchOptions{StartsWith: exchange.ID})...)
		}
	}
	slices.Sort(byExchange)
	assert.Equal(t, byNumber, byExchange, fmt.Sprint(len(byNumber), " and ", len(byExchange)))
}

// TestPagesOfLongTexts has more texts than one response could hold, of which the longest must fit into the pages that
// ListAll asks for, and longer ones, as only an MMS can have, must not end the walk.
func TestPagesOfLongTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("many megabytes")
	}
	for _, test := range []struct{ messages, characters, requests int }{
		{1000, 1_400, 5},
		{400, 6_700, 2},         // 95 segments
		{7, 767_840 / 2, 8 + 2}, // the most that an MMS can have: 200, 100, 50, 25, 13, 7, 4 and 2 are asked for, then 2 and 3
	} {
		text := strings.Repeat(`\u0438`, test.characters)
		requests := 0
		client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			offset, _ := strconv.Atoi(r.FormValue("offset"))
			limit, _ := strconv.Atoi(r.FormValue("limit"))
			end, next := offset+limit, `"x"`
			if end >= test.messages {
				end, next = test.messages, `null`
			}
			var records []string
			for i := offset; i < end; i++ {
				records = append(records, strings.Replace(strings.Replace(messageJSON(i), "Message number", text, 1), messageID, "mdr2-"+strconv.Itoa(i), 1))
			}
			_, _ = io.WriteString(w, `{"data":[`+strings.Join(records, ",")+`],"links":{"next":`+next+`}}`)
		})
		n := 0
		for m, err := range client.Messages.ListAll(t.Context(), &flowroute.MessageListOptions{Start: time.Date(2017, 12, 1, 0, 0, 0, 0, time.UTC)}) {
			require.NoError(t, err)
			require.Equal(t, "mdr2-"+strconv.Itoa(n), m.ID)
			require.GreaterOrEqual(t, utf8.RuneCountInString(m.Body), test.characters)
			n++
		}
		assert.Equal(t, test.messages, n)
		assert.Equal(t, test.requests, requests)
	}
}
