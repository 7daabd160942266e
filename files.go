package flowroute

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/flowroute/flowroute-go/internal/transport"
)

// The API keeps files elsewhere, and gives URLs that are as good as a key to them. What is sent there has
// none of the account's keys, and what is said there is not told on, since it may repeat the URL.

// putFile puts a file at a URL that the API has given. It is not repeated, since the contents can be read only once.
func (c *Client) putFile(ctx context.Context, op operation, url string, contents io.Reader, size int64) error {
	body, err := c.foreign(ctx, op, http.MethodPut, url, contents, size)
	if err != nil {
		return err
	}
	body.Close() // what else the host says doesn't matter
	return nil
}

// openFile opens a file at a URL that the API has given.
func (c *Client) openFile(ctx context.Context, op operation, url string) (io.ReadCloser, error) {
	return c.foreign(ctx, op, http.MethodGet, url, nil, 0)
}

func (c *Client) foreign(ctx context.Context, op operation, method, link string, body io.Reader, size int64) (io.ReadCloser, error) {
	u := webURL(link)
	if u == nil || !isSecure(u) {
		err := errors.New("what the API gave for the file's URL is not an https URL")
		return nil, &RequestError{Op: op.name, Attempts: 1, Err: err, unknown: op.class == transport.Once}
	}
	resp, sent, err := c.transport.Foreign(ctx, method, u, body, size)
	if err != nil {
		return nil, &RequestError{Op: op.name, Attempts: 1, Err: err, unknown: op.class == transport.Once && sent}
	}
	r := transport.Result{Status: resp.StatusCode, Sent: true}
	if r.OK() {
		return resp.Body, nil
	}
	transport.Discard(resp)
	return nil, &Error{Op: op.name, StatusCode: resp.StatusCode, Attempts: 1, elsewhere: true, unknown: op.class == transport.Once && r.Unknown()}
}
