package flowroute

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"maps"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

// ListOptions says which part of a list is asked for. It is embedded in the options of every list. A field below 0, or
// above 1,000,000,000, is an [*ArgumentError].
type ListOptions struct {
	// Limit is the number of records in a page. With 0, a method that returns one page gets as many as the API gives
	// by default, which is 10 unless the options say otherwise. An iterator then asks for large pages: of 400 area
	// codes, and 200 of anything else. It is not known what the API does with a limit above the largest that it
	// documents.
	Limit int `url:"limit,omitempty"`

	// Offset is the number of records to skip before the first one.
	Offset int `url:"offset,omitempty"`
}

// The pages that an iterator asks for: the largest that the API documents, except for messages, which may be as many as
// one wants. A response of 8 MiB has 41,943 bytes for each of 200 records. A message takes some 1,200 bytes with two
// receipts and without its text. The API writes a character outside of ASCII as \u0438, so 6,700 of UCS-2 fit in as well:
// 95 segments. Only an MMS can have a longer text, of up to 750 kB, and it costs [halves] some more requests. No record of
// another list comes near that: most take less than 1,000 bytes, and an area code takes 150.
const (
	maxPage         = 200
	maxAreaCodePage = 400
)

func (o *ListOptions) window() *ListOptions { return o }
func (o *ListOptions) largest() int         { return maxPage }
func (o *ListOptions) detach()              {}

// maxRecords keeps an offset and a limit together within an int of 32 bits.
const maxRecords = 1e9

func (o *ListOptions) check(a *arguments) {
	for _, field := range []struct {
		name  string
		value int
	}{{"Limit", o.Limit}, {"Offset", o.Offset}} {
		switch {
		case field.value < 0:
			a.refuse(field.name, "must not be below 0")
		case field.value > maxRecords:
			a.refuse(field.name, "must be at most 1000000000")
		}
	}
}

// listOptions are the options of a list: a pointer to a struct that embeds [ListOptions].
type listOptions[O any] interface {
	*O
	window() *ListOptions
	largest() int
	detach()          // from what the caller may change: has pointers of its own
	check(*arguments) // and puts values into the API's notation
}

// Page is one page of a list.
type Page[T any] struct {
	Items      []T  // in the API's order; empty, not nil, where there are none
	More       bool // whether the API says that another page follows, which it may also say after an empty one
	NextOffset int  // the Offset of the next page: this page's, plus the number of records that the API sent
}

// records is what a page of a list holds.
type records[T any] struct {
	items []T
	more  bool     // whether more follows, or, where the API doesn't tell, may follow
	ids   []uint64 // hashes of their ids

	untold bool // the API doesn't tell whether more follows

	skipped int            // elements of the list that are no records
	unread  jsonapi.Unread // values that could not be read
}

// add adds a record's id. Records without one are not the same record.
func (r *records[T]) add(id string) {
	if id != "" {
		r.ids = append(r.ids, maphash.String(seed, id))
	}
}

// decoder reads a page, of which so many records were asked for.
type decoder[T any] func(r *transport.Result, limit int) (records[T], error)

// list fetches one page.
func list[W resource[T, I], T, I, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options P) (*Page[T], error) {
	return listAs(ctx, c, op, options, decodeRecords[W, T, I])
}

// listWhole fetches a list that has no pages.
func listWhole[T any](ctx context.Context, c *Client, op operation, body input, decode decoder[T]) ([]T, error) {
	r, err := c.call(ctx, op, body)
	if err != nil {
		return nil, err
	}
	found, err := decode(r, 0)
	if err != nil {
		return nil, op.unusable(r, err)
	}
	c.warn(ctx, op, found.unread)
	return found.items, nil
}

// listAll walks a list from the offset of its options to its end, page by page.
func listAll[W resource[T, I], T, I, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options P) iter.Seq2[*T, error] {
	return listAllAs(ctx, c, op, options, decodeRecords[W, T, I])
}

// listAs is list for a form of answer of its own.
func listAs[T, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options P, decode decoder[T]) (*Page[T], error) {
	f := fetchPage[T, O, P](ctx, c, op, copied(options), decode)
	return f.page, f.err
}

// listAllAs is listAll for a form of answer of its own.
func listAllAs[T, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options P, decode decoder[T]) iter.Seq2[*T, error] {
	first := copied(options) // what the caller does with its options afterwards changes no walk
	return func(yield func(*T, error) bool) {
		options := first
		if window := P(&options).window(); window.Limit == 0 {
			window.Limit = P(&options).largest()
		}
		w := newWalk(ctx, c.prefetch, func(ctx context.Context, offset int) fetched[T] {
			options := options
			P(&options).window().Offset = offset
			return halves(P(&options).window(), func() fetched[T] { return fetchPage[T, O, P](ctx, c, op, options, decode) })
		})
		defer w.close()

		window, seen := P(&options).window(), newHistory()
		for offset, size, more := window.Offset, 0, true; more; {
			f := w.page(offset, size)
			switch {
			case f.err != nil:
			case len(f.page.Items) == 0 && f.page.More:
				f = w.beyond(op, offset, cmp.Or(seen.largest, window.Limit))
			case !seen.add(f.ids) && f.untold:
				return // which is how a list ends that knows no offset
			default:
				f.err = seen.check(op, offset)
			}
			if f.err != nil {
				yield(nil, f.err)
				return
			}
			for i := range f.page.Items {
				if !yield(&f.page.Items[i], nil) {
					return
				}
			}
			offset, size, more = f.page.NextOffset, f.page.NextOffset-offset, f.page.More
		}
	}
}

// halves fetches a page that is too large for one response in halves, and those in halves again.
func halves[T any](window *ListOptions, fetch func() fetched[T]) fetched[T] {
	whole, offset := window.Limit, window.Offset
	f := fetch()
	if whole <= 1 || !errors.Is(f.err, ErrResponseTooLarge) {
		return f
	}
	window.Limit = (whole + 1) / 2
	f = halves(window, fetch)
	if f.err != nil || !f.page.More || f.page.NextOffset == offset || f.page.NextOffset-offset >= whole {
		return f
	}
	window.Offset, window.Limit = f.page.NextOffset, offset+whole-f.page.NextOffset
	rest := halves(window, fetch)
	if rest.err != nil {
		return f // it comes again as the error of the next page
	}
	f.page.Items = append(f.page.Items, rest.page.Items...)
	f.page.More, f.page.NextOffset = rest.page.More, rest.page.NextOffset
	f.ids, f.untold = append(f.ids, rest.ids...), rest.untold
	return f
}

// history is what a walk remembers of the pages it has read: enough to notice that it makes no progress, and not more
// the longer it gets, but for one fingerprint a page.
type history struct {
	pages    map[uint64]bool // fingerprints of all pages
	records  map[uint64]int  // of the last pages: the page that each record was last on
	largest  int             // records of the largest page
	repeated bool            // whether the last page repeats an earlier one
	stalled  int             // how many pages in a row had fewer new records than old ones
}

const (
	recentPages = 4 // pages whose records are remembered
	maxStalled  = 5 // pages in a row that may have hardly any new record
)

func newHistory() *history { return &history{pages: map[uint64]bool{}, records: map[uint64]int{}} }

// add adds a page by the hashes of its records' ids. It reports whether no page before had the same records.
func (h *history) add(ids []uint64) bool {
	var fingerprint uint64 // the same in whatever order the records come
	var fresh, old int
	page := len(h.pages)
	for _, id := range ids {
		fingerprint += id
		switch last, found := h.records[id]; {
		case !found:
			fresh++
		case last != page:
			old++
		}
		h.records[id] = page
	}
	maps.DeleteFunc(h.records, func(_ uint64, last int) bool { return last <= page-recentPages })
	h.largest = max(h.largest, len(ids))
	if old > 0 && (fresh <= 1 || fresh < old) {
		h.stalled++
	} else {
		h.stalled = 0
	}
	h.repeated = h.pages[fingerprint] && len(ids) > 0
	h.pages[fingerprint] = true
	return !h.repeated
}

// check returns an error if the page that was added last, which is the one at an offset, ends the walk.
func (h *history) check(op operation, offset int) error {
	switch {
	case h.repeated:
		return op.noProgress("the page at offset %d repeats an earlier one: records have moved in the meantime, "+
			"or the API ignores the offset", offset)
	case h.stalled >= maxStalled:
		return op.noProgress("the last %d pages, up to offset %d, have hardly any new records: the list changes too fast, "+
			"or the API ignores the offset", maxStalled, offset)
	}
	return nil
}

// beyond reads the page after an empty one that says that more follows. If that has records, those in between would be
// lost without a word.
func (w *walk[T]) beyond(op operation, offset, size int) fetched[T] {
	f := w.page(offset+size, size)
	switch {
	case f.err != nil:
	case len(f.page.Items) > 0:
		f.err = op.noProgress("the page of %d records at offset %d is empty, but the next one is not: "+
			"records are missing", size, offset)
	default:
		f.page.More = false
	}
	return f
}

func (op operation) noProgress(format string, args ...any) error {
	return &RequestError{Op: op.name, Attempts: 1, Err: fmt.Errorf(format, args...)}
}

func fetchPage[T, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options O, decode decoder[T]) fetched[T] {
	offset := P(&options).window().Offset
	r, err := c.call(ctx, op.with(inputFunc(func(args *arguments) any {
		P(&options).check(args)
		return options
	})), nil)
	if err != nil {
		return fetched[T]{err: err}
	}
	found, err := decode(r, P(&options).window().Limit)
	if err != nil {
		return fetched[T]{err: op.unusable(r, err)}
	}
	c.warn(ctx, op, found.unread)
	next := offset + len(found.items) + found.skipped
	return fetched[T]{page: &Page[T]{Items: found.items, More: found.more, NextOffset: next}, ids: found.ids, untold: found.untold}
}

func decodeRecords[W resource[T, I], T, I any](r *transport.Result, limit int) (records[T], error) {
	doc, err := jsonapi.DecodeList[W, I](r.Body, limit)
	if err != nil {
		return records[T]{}, err
	}
	found := records[T]{
		items:   make([]T, len(doc.Data)),
		more:    bool(doc.Links.Next) || doc.LinksUnknown && len(doc.Data) > 0,
		ids:     make([]uint64, 0, len(doc.Data)),
		untold:  doc.LinksUnknown,
		skipped: doc.Skipped,
		unread:  doc.Unread,
	}
	included := newIncluded(doc.Included)
	for i := range doc.Data {
		w := &doc.Data[i]
		found.items[i] = (*w).model(answer[I]{r.Status, included})
		found.add((*w).Key())
	}
	return found, nil
}

// seed is the same for every page, so that the fingerprints of two can be compared.
var seed = maphash.MakeSeed()

// copied are options that stay as they are, whatever the caller does with its own.
func copied[O any, P listOptions[O]](options P) O {
	if options == nil {
		return *new(O)
	}
	detached := *options
	P(&detached).detach()
	return detached
}

// own is a pointer to a copy of what a pointer points to.
func own[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
