package flowroute

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-querystring/query"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

// operation is one call of an API operation. Its path has {names} for its segments.
type operation struct {
	name, method, path string
	class              transport.Class
	segments           []segment
	query              func(*arguments) string // checks and encodes the query; may be nil
	limiter            Limiter                 // asked besides the client's own; may be nil
	asks               bool                    // changes nothing, though it may be a POST
	plainJSON          bool                    // documents are application/json
	noneIsEmpty        bool                    // a list without records is answered with 404
	noAnswer           bool                    // what is answered besides the status is not needed
}

func get(name, path string, segments ...segment) operation {
	return repeatable(http.MethodGet, name, path, segments)
}

func put(name, path string, segments ...segment) operation {
	return repeatable(http.MethodPut, name, path, segments)
}

func patch(name, path string, segments ...segment) operation {
	return repeatable(http.MethodPatch, name, path, segments)
}

func del(name, path string, segments ...segment) operation {
	return repeatable(http.MethodDelete, name, path, segments)
}

// post is a POST that sets something, and so can be retried.
func post(name, path string, segments ...segment) operation {
	return repeatable(http.MethodPost, name, path, segments)
}

// ask is a POST that changes nothing, and so can be retried.
func ask(name, path string, segments ...segment) operation {
	op := post(name, path, segments...)
	op.asks = true
	return op
}

func repeatable(method, name, path string, segments []segment) operation {
	return operation{name: name, method: method, path: path, class: transport.Repeatable, segments: segments}
}

// once is a POST that must not happen twice.
func once(name, path string, segments ...segment) operation {
	return post(name, path, segments...).notRepeated()
}

func (op operation) notRepeated() operation {
	op.class = transport.Once
	return op
}

// onceIf makes the operation one that must not happen twice if it is to send an e-mail.
func (op operation) onceIf(mails bool) operation {
	if mails {
		return op.notRepeated()
	}
	return op
}

// with adds a query. It is encoded by a function so that a program which calls no list does not link the encoder.
func (op operation) with(options input) operation {
	op.query = func(args *arguments) string {
		values, err := query.Values(options.body(args))
		if err != nil {
			args.refuse("options", "can't be encoded: "+err.Error())
		}
		return values.Encode()
	}
	return op
}

func (op operation) pacedBy(l Limiter) operation {
	op.limiter = l
	return op
}

func (op operation) asPlainJSON() operation {
	op.plainJSON = true
	return op
}

func (op operation) emptyIfNotFound() operation {
	op.noneIsEmpty = true
	return op
}

// segment is a value in an operation's path. It is checked under the name that it has there, which is
// the name of the method's parameter.
type segment struct {
	value string
	check func(args *arguments, name, value string) string
}

func phone(number string) segment { return segment{number, (*arguments).phone} }
func id(value string) segment     { return segment{value, (*arguments).id} }

// expand puts the segments into the path.
func (op operation) expand(args *arguments) string {
	path := op.path
	for _, s := range op.segments {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		path = before + s.check(args, name, s.value) + after
	}
	return path
}

// input checks what a call was given, and returns what is sent for it: the struct of a query, or the body's value.
type input interface{ body(*arguments) any }

// inputFunc is an input that is no type of its own.
type inputFunc func(*arguments) any

func (f inputFunc) body(args *arguments) any { return f(args) }

// params are a request or options, a pointer to a struct, of which a body is made.
type params[R any] interface {
	*R
	body(*arguments) any
}

// required is the body of a request that has to be there.
func required[R any, P params[R]](r P) input {
	if r == nil {
		return inputFunc(func(args *arguments) any {
			args.refuse("request", "must not be nil")
			return nil
		})
	}
	return r
}

// flat is a body without an envelope, and without anything to check.
func flat(value any) input {
	return inputFunc(func(*arguments) any { return value })
}

// reference is a body that names an existing resource.
func reference(kind, name, value string) input {
	return inputFunc(func(args *arguments) any { return jsonapi.Reference(kind, args.id(name, value)) })
}

// resource is a resource object as the API sends it, with what model makes of it and of the objects of type I that
// the answer includes.
type resource[T, I any] interface {
	jsonapi.Identified
	model(answer[I]) T
}

// answer is what there is in an answer besides the resources asked for.
type answer[I any] struct {
	status   int
	included *included[I] // nil if there is nothing
}

// none are the included objects of an answer that has none.
type none = struct{}

// included are the objects that a document includes.
type included[I any] struct {
	objects []I
	next    map[jsonapi.Identity]int // the object of an identity that is found next; made when one is looked for
	after   []int                    // of each object, the one of the same identity that is found after it, or 0
}

func newIncluded[I any](objects []I) *included[I] {
	if len(objects) == 0 {
		return nil
	}
	return &included[I]{objects: objects}
}

// find returns the object that a relationship to a resource of a kind refers to, and nil if the document does not
// include it. Of several with one identity, each is found once, and the last one ever after: two attachments may have
// the same id.
func find[I interface{ Ref() jsonapi.Identity }](in *included[I], ref jsonapi.Identity, kind string) *I {
	if in == nil {
		return nil
	}
	if in.next == nil {
		in.next, in.after = make(map[jsonapi.Identity]int, len(in.objects)), make([]int, len(in.objects))
		for i := len(in.objects) - 1; i >= 0; i-- {
			ref := in.objects[i].Ref()
			in.after[i], in.next[ref] = in.next[ref], i
		}
	}
	ref.Type = cmp.Or(ref.Type, kind)
	i, ok := in.next[ref]
	if !ok {
		ref.Type = "" // of an object whose type can't be read
		i, ok = in.next[ref]
	}
	if !ok || ref.ID == "" {
		return nil
	}
	if after := in.after[i]; after > 0 {
		in.next[ref] = after
	}
	return &in.objects[i]
}

// fetch makes a call that is answered with one resource.
func fetch[W resource[T, I], T, I any](ctx context.Context, c *Client, op operation, body input) (*T, error) {
	r, err := c.call(ctx, op, body)
	if err != nil {
		return nil, err
	}
	return decode[W](ctx, c, op, r)
}

func decode[W resource[T, I], T, I any](ctx context.Context, c *Client, op operation, r *transport.Result) (*T, error) {
	doc, err := jsonapi.Decode[W, I](r.Body)
	if err != nil {
		return nil, op.unusable(r, err)
	}
	c.warn(ctx, op, doc.Unread)
	return new(doc.Data.model(answer[I]{r.Status, newIncluded(doc.Included)})), nil
}

// warn logs which values of a response could not be read.
func (c *Client) warn(ctx context.Context, op operation, unread jsonapi.Unread) {
	if unread.Count > 0 {
		c.transport.Unread(ctx, op.name, unread.Paths, unread.Count)
	}
}

// fetchData makes a call that is answered with data of a form of its own.
func fetchData[W interface{ model() T }, T any](ctx context.Context, c *Client, op operation, body input) (*T, error) {
	r, err := c.call(ctx, op, body)
	if err != nil {
		return nil, err
	}
	data, unread, err := jsonapi.DecodeData[W](r.Body)
	if err != nil {
		return nil, op.unusable(r, err)
	}
	c.warn(ctx, op, unread)
	return new((*data).model()), nil
}

// send makes a call that is answered with its success, and with nothing else that is needed.
func send(ctx context.Context, c *Client, op operation, body input) error {
	op.noAnswer = true
	r, err := c.call(ctx, op, body)
	if err != nil {
		return err
	}
	return op.contradiction(r)
}

// contradiction is the error of a success whose body says that it is none. A 207 tells of errors as well, and is one.
func (op operation) contradiction(r *transport.Result) error {
	if err := jsonapi.Check(r.Body); err != nil && r.Status != http.StatusMultiStatus {
		return op.unusable(r, err)
	}
	return nil
}

// call makes a call, and returns an answer that is a success.
func (c *Client) call(ctx context.Context, op operation, body input) (*transport.Result, error) {
	made := struct { // together, as it is one allocation
		args arguments
		req  transport.Request
	}{args: arguments{op: op.name}}
	args, req := &made.args, &made.req
	*req = transport.Request{
		Op:      op.name,
		Method:  op.method,
		Path:    op.expand(args),
		Class:   op.class,
		Limiter: op.limiter,

		PlainJSON: op.plainJSON,
		NoAnswer:  op.noAnswer,
	}
	if op.query != nil {
		req.Query = op.query(args)
	}
	if body != nil {
		if value := body.body(args); value != nil {
			req.Body = args.json("request", value)
		}
	}
	if args.err != nil {
		return nil, args.err
	}
	return c.carry(ctx, op, req)
}

// carry sends a request whose arguments have been checked.
func (c *Client) carry(ctx context.Context, op operation, req *transport.Request) (*transport.Result, error) {
	if ctx == nil {
		return nil, &ArgumentError{Op: op.name, Name: "ctx", Reason: "must not be nil"}
	}
	r := c.transport.Do(ctx, req)
	switch {
	case r.OK():
		return &r, nil
	case op.noneIsEmpty && isNoRecord(&r):
		return &transport.Result{Status: r.Status, Body: []byte(`{"data":[]}`), Attempts: r.Attempts}, nil
	}
	return nil, op.failure(&r)
}

// isNoRecord tells whether the API says that there are no records, and neither that there is no such URL nor what a
// gateway before it would say.
func isNoRecord(r *transport.Result) bool {
	details := jsonapi.DecodeErrors(r.Body)
	return r.Status == http.StatusNotFound && len(details) > 0 && details[0].Detail != "" && details[0].ID+details[0].Title != ""
}

// failure is the error of a call that did not succeed.
func (op operation) failure(r *transport.Result) error {
	unknown := op.class == transport.Once && r.Unknown(jsonapi.IsErrorDocument(r.Body, r.Status))
	switch {
	case r.Status == 0:
		return &RequestError{Op: op.name, Attempts: r.Attempts, Err: cmp.Or(r.Err, errNoStatus), unknown: unknown}
	case r.Status >= 200 && r.Status <= 299:
		return op.unusable(r, r.Err)
	}
	return op.refusal(r, unknown)
}

// errNoStatus is the error of a response whose status is 000, which net/http lets pass.
var errNoStatus = errors.New("response has no valid status")

// refusal is the error of an answer that says what is wrong.
func (op operation) refusal(r *transport.Result, unknown bool) error {
	return &Error{
		Op:         op.name,
		StatusCode: r.Status,
		Errors:     errorDetails(r.Body),
		RetryAfter: r.RetryAfter,
		Attempts:   r.Attempts,
		Header:     r.Header,
		Body:       r.Body[:min(len(r.Body), transport.MaxErrorBody)],
		unknown:    unknown,
		earlier:    op.mayHaveTakenEffect(r),
		cause:      r.Err,
	}
}

// mayHaveTakenEffect reports whether a retry may have been refused because an earlier attempt took effect, as when a
// record that it deleted is not found. An operation that is not retried after such an attempt has no such doubt.
func (op operation) mayHaveTakenEffect(r *transport.Result) bool {
	changes := op.method != http.MethodGet && !op.asks
	return r.Earlier && changes && op.class == transport.Repeatable &&
		r.Status >= 400 && r.Status <= 499 && r.Status != http.StatusTooManyRequests
}

// unusable is the error of a success that can't be used, or that is none by its own words.
func (op operation) unusable(r *transport.Result, err error) error {
	if r.Err == nil && jsonapi.HasErrors(r.Body) {
		return op.refusal(r, op.class == transport.Once)
	}
	return &RequestError{
		Op:       op.name,
		Attempts: r.Attempts,
		Err:      fmt.Errorf("%s: %w", status(r.Status), err),
		unknown:  op.class == transport.Once,
	}
}
