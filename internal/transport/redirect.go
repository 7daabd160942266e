package transport

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

const maxRedirects = 5

// withRedirects is a copy of a client that follows a redirect only where credentials and bodies stay where they
// belong: of a GET, to the same scheme, host and port. Any other redirect is the answer itself.
func withRedirects(client *http.Client) *http.Client {
	c := *client
	c.Transport = locationChecker{c.Transport}
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if via[0].Method != http.MethodGet || len(via) > maxRedirects || !sameOrigin(req.URL, via[0].URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &c
}

// locationChecker takes a Location that is no URL out of an answer. net/http would make an error of it, in which
// the status, and so the knowledge that the request was not carried out, is lost.
type locationChecker struct{ next http.RoundTripper }

func (l locationChecker) RoundTrip(req *http.Request) (*http.Response, error) {
	next := l.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(req)
	if err != nil || resp == nil || resp.Header.Get("Location") == "" {
		return resp, err
	}
	if _, err := resp.Location(); err != nil && !errors.Is(err, http.ErrNoLocation) {
		resp.Header.Del("Location")
	}
	return resp, nil
}

// CloseIdleConnections is what [http.Client] looks for to close those of the transport within.
func (l locationChecker) CloseIdleConnections() {
	(&http.Client{Transport: l.next}).CloseIdleConnections()
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
