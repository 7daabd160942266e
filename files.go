package flowroute

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"

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
	u, problem := c.fileURL(link)
	if problem != "" {
		err := errors.New("the URL of the file " + problem)
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
	return nil, &Error{Op: op.name, StatusCode: resp.StatusCode, Attempts: 1, elsewhere: true, unknown: op.class == transport.Once && r.Unknown(false)}
}

// fileURL checks the URL of a file, which the API or a webhook has given. It must not lead a program that uses the real
// API to a server on its own machine.
func (c *Client) fileURL(link string) (u *url.URL, problem string) {
	u = webURL(link)
	switch {
	case u == nil:
		return nil, "is not an absolute http or https URL"
	case u.User != nil:
		return nil, "has credentials"
	case isLocal(u.Hostname()) && !c.local:
		return nil, "leads to a loopback host, which the base URL does not"
	case !isSecure(u):
		return nil, "is not an https URL"
	}
	return u, ""
}

// isLocal reports whether a host is this machine. Connections to the unspecified address go to it, too.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return isLoopback(host) || ip != nil && ip.IsUnspecified()
}
