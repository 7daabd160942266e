package transport

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

const maxRedirects = 5

// withRedirects is a copy of a client that follows a redirect only where credentials and bodies stay where they
// belong: of a GET without a body, to the same scheme, host and port. Any other redirect is the answer itself. A GET
// that must not be sent twice has a body.
func withRedirects(client *http.Client) *http.Client {
	c := *client
	c.Timeout = 0 // a body that it ends looks complete, so the transport keeps it
	c.Transport = guard{c.Transport}
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if via[0].Method != http.MethodGet || via[0].Body != nil || len(via) > maxRedirects || !sameOrigin(req.URL, via[0].URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &c
}

// guard corrects the responses of a transport.
type guard struct{ next http.RoundTripper }

func (g guard) transport() http.RoundTripper {
	if g.next == nil {
		return http.DefaultTransport
	}
	return g.next
}

// RoundTrip implements [http.RoundTripper].
func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.transport().RoundTrip(req)
	if err != nil || resp == nil {
		return resp, err
	}
	if resp.StatusCode == http.StatusSwitchingProtocols && resp.Body != nil {
		// The body is the connection, which no context ends.
		resp.Body.Close()
		resp.Body = http.NoBody
	}
	if _, err := resp.Location(); err != nil && !errors.Is(err, http.ErrNoLocation) {
		// net/http would make an error of it, in which the status is lost.
		resp.Header.Del("Location")
	}
	return resp, nil
}

// CloseIdleConnections is what [http.Client] looks for to close those of the transport within.
func (g guard) CloseIdleConnections() {
	(&http.Client{Transport: g.next}).CloseIdleConnections()
}

// isOwn reports whether a client sends its requests by net/http's own transport.
func isOwn(client *http.Client) bool {
	g, ok := client.Transport.(guard)
	if !ok {
		return false
	}
	_, ok = g.transport().(*http.Transport)
	return ok
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}
