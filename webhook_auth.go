package flowroute

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// WebhookAuth tells Flowroute's requests from others. They are not signed, so a secret has to do that. It prints
// without its secret, and compares it in a time that tells nothing about it. [WebhookPathSecret], [WebhookBasicAuth]
// and [WebhookAuthFunc] make one.
type WebhookAuth struct {
	allows    func(*http.Request) bool
	challenge string // the WWW-Authenticate header of a refusal; may be empty
	reason    string // why it can't be used; empty as a rule
}

// minSecret is the length below which a secret can be guessed.
const minSecret = 16

// WebhookPathSecret expects a secret as the last segment of the request's path, as in
// https://example.com/flowroute/secret. It has at least 16 characters: letters, digits, - and _. This works with every
// account, but note that servers and proxies write the path of a request to their access logs.
func WebhookPathSecret(secret string) WebhookAuth {
	if len(secret) < minSecret || strings.ContainsFunc(secret, notInID) {
		return WebhookAuth{reason: "must have a WebhookPathSecret of at least 16 letters, digits, - and _"}
	}
	same := constantTime(secret)
	return WebhookAuth{allows: func(r *http.Request) bool {
		path := strings.TrimSuffix(r.URL.Path, "/")
		return same(path[strings.LastIndexByte(path, '/')+1:])
	}}
}

// WebhookBasicAuth expects the user name and password of HTTP basic auth, as in
// https://user:password@example.com/flowroute. The password has at least 16 characters. Whether Flowroute sends what
// stands in a callback's URL like this is not documented: try it, or use [WebhookPathSecret].
func WebhookBasicAuth(username, password string) WebhookAuth {
	if username == "" || strings.Contains(username, ":") || len(password) < minSecret {
		return WebhookAuth{reason: "must have a WebhookBasicAuth with a user name without a colon and a password of at least 16 characters"}
	}
	sameUser, samePassword := constantTime(username), constantTime(password)
	return WebhookAuth{challenge: `Basic realm="flowroute"`, allows: func(r *http.Request) bool {
		u, p, _ := r.BasicAuth()
		user, pass := sameUser(u), samePassword(p)
		return user && pass
	}}
}

// WebhookAuthFunc asks a function of yours whether a request is Flowroute's. The function has to be safe for concurrent
// use, to leave the request's body alone (FormValue may read it; use URL.Query), and to compare secrets with
// [crypto/subtle] or [crypto/hmac]. A function that always returns true is for programs where something else has
// already made sure who is calling.
func WebhookAuthFunc(allows func(*http.Request) bool) WebhookAuth {
	if allows == nil {
		return WebhookAuth{reason: "must have a WebhookAuthFunc that is not nil"}
	}
	return WebhookAuth{allows: allows}
}

// constantTime compares with a secret. Hashes are compared, so that not even the length is told.
func constantTime(secret string) func(string) bool {
	want := sha256.Sum256([]byte(secret))
	return func(s string) bool {
		got := sha256.Sum256([]byte(s))
		return subtle.ConstantTimeCompare(got[:], want[:]) == 1
	}
}
