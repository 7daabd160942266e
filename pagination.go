package flowroute

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// ListOptions is the part of a list that is asked for. It is embedded in the options of every list.
type ListOptions struct {
	// Limit is the number of records in a page. 0 is the API's own default, 10, where one page is asked for; a method
	// that walks the whole list then asks for the largest pages that the API documents for it.
	Limit int `url:"limit,omitempty"`

	// Offset is the number of records to pass over before the first one.
	Offset int `url:"offset,omitempty"`
}

// The largest pages that the API documents.
const (
	maxPage         = 200
	maxAreaCodePage = 400
	maxMessagePage  = 1000 // "as high as you want": a size that an answer's limit has ample room for
)

func (o *ListOptions) window() *ListOptions { return o }
func (o *ListOptions) largest() int         { return maxPage }

func (o *ListOptions) check(a *arguments) {
	if o.Limit < 0 {
		a.refuse("Limit", "must not be below 0")
	}
	if o.Offset < 0 {
		a.refuse("Offset", "must not be below 0")
	}
}

// listOptions are the options of a list: a pointer to a struct that embeds [ListOptions].
type listOptions[O any] interface {
	*O
	window() *ListOptions
	largest() int
	check(*arguments) // and put values into the API's notation
}

// Page is one page of a list.
type Page[T any] struct {
	Items      []T  // in the API's order; empty, not nil, where there are none
	More       bool // whether the API says that more follows
	NextOffset int  // the offset of the next page: this one's, and the number of records received
}

// list fetches one page.
func list[W resource[T, I], T, I, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options P) (*Page[T], error) {
	page, _, err := fetchPage[W, T, I, O, P](ctx, c, op, copied(options))
	return page, err
}

// listAll walks a list from the offset of its options to its end, page by page.
func listAll[W resource[T, I], T, I, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options P) iter.Seq2[*T, error] {
	first := copied(options) // what the caller does with its options afterwards changes no walk
	return func(yield func(*T, error) bool) {
		options := first
		window := P(&options).window()
		if window.Limit == 0 {
			window.Limit = P(&options).largest()
		}
		var previous uint64
		for {
			page, ids, err := fetchPage[W, T, I, O, P](ctx, c, op, options)
			if err == nil && len(page.Items) > 0 && ids == previous {
				err = &RequestError{Op: op.name, Err: fmt.Errorf("the page at offset %d repeats the one before it", window.Offset)}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Items {
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			if !page.More || len(page.Items) == 0 {
				return
			}
			window.Offset, previous = page.NextOffset, ids
		}
	}
}

// fetchPage fetches a page, and a fingerprint of the ids in it.
func fetchPage[W resource[T, I], T, I, O any, P listOptions[O]](ctx context.Context, c *Client, op operation, options O) (*Page[T], uint64, error) {
	query := func(args *arguments) any {
		P(&options).check(args)
		return options
	}
	a, err := c.call(ctx, op, query, nil)
	if err != nil {
		return nil, 0, err
	}
	doc, err := jsonapi.DecodeList[W, I](a.Body)
	if err != nil {
		return nil, 0, op.unusable(a, err)
	}
	page := &Page[T]{
		Items:      make([]T, len(doc.Data)),
		More:       doc.Links.Next != "",
		NextOffset: P(&options).window().Offset + len(doc.Data),
	}
	var ids maphash.Hash
	ids.SetSeed(seed)
	for i, r := range doc.Data {
		page.Items[i] = r.model(answer[I]{a.Status, doc.Included})
		ids.WriteString(r.Key())
		ids.WriteByte('/')
	}
	return page, ids.Sum64(), nil
}

// seed is the same for every page, so that the fingerprints of two can be compared.
var seed = maphash.MakeSeed()

func copied[O any](options *O) O {
	if options == nil {
		return *new(O)
	}
	return *options
}
