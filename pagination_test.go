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
	approved, cost, numbers := true, 1.5, []string{"2065550100"}
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
	assert.EqualValues(t, 3, p.pages.Load())
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
