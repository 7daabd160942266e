package flowroutetest

import (
	"strings"

	"github.com/flowroute/flowroute-go"
)

// Client returns a client of the server, with its base URL and credentials and the options given. It panics
// where the server does not listen or an option is wrong. The client of a server that was started with
// [Server.StartTLS] trusts its certificate.
func (s *Server) Client(opts ...flowroute.Option) *flowroute.Client {
	if s.URL == "" {
		panic("flowroutetest: the server must be started before it can have a client")
	}
	own := []flowroute.Option{flowroute.WithBaseURL(s.URL)}
	if strings.HasPrefix(s.URL, "https:") {
		own = append(own, flowroute.WithHTTPClient(s.listener.Client()))
	}
	client, err := flowroute.NewClient(s.AccessKey, s.SecretKey, append(own, opts...)...)
	if err != nil {
		panic("flowroutetest: " + err.Error())
	}
	return client
}
