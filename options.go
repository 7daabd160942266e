package flowroute

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/flowroute/flowroute-go/internal/transport"
)

// Option is a setting of a client. The functions whose names begin with With make one. [NewClient] returns an
// [*ArgumentError] that names an option whose value makes no sense.
type Option func(*config) *ArgumentError

// config is what the options set.
type config struct {
	transport.Config
	sms, mms Limiter
	version  MessagesVersion
	prefetch int
}

// Limiter paces requests. It must be safe for concurrent use.
//
// A *rate.Limiter of golang.org/x/time/rate is a Limiter. One that several machines share has to take one permission
// from the store they share on each call of Wait, or wait until there is one.
type Limiter interface {
	// Wait returns nil when the next request may be sent. It returns an error when it may not, or when the context
	// ends: that request is then not sent, and the call ends with a [*RequestError], or the [*Error] of the last
	// answer, that wraps the error.
	Wait(ctx context.Context) error
}

// RetryPolicy says how often, and at which pace, a request is repeated where that does no harm.
//
// The wait before a repeat is drawn at random between 0 and a limit, which is MinDelay at first and doubles each time
// up to MaxDelay. Where the API asks for a longer wait with Retry-After, that is kept, unless it is more than four
// times MaxDelay: the call then ends with that answer. It also ends when the wait would outlast the context's
// deadline.
type RetryPolicy struct {
	MaxAttempts int           // requests at most, including the first; 0 is 3, and 1 turns repeating off
	MinDelay    time.Duration // 0 is 500 ms
	MaxDelay    time.Duration // 0 is 8 s, or MinDelay where that is longer
}

// The defaults of [NewClient].
const (
	DefaultBaseURL = "https://api.flowroute.com" // what paths are relative to, see [WithBaseURL]
	DefaultTimeout = 30 * time.Second            // of one attempt, see [WithTimeout]
)

// maxConns is how many connections a client opens to the API at the most, so that a burst of callers shares them.
const maxConns = 64

// WithBaseURL sends requests to another URL than [DefaultBaseURL], such as that of a fake. A path is kept as a prefix
// of every request's path. Plain http is allowed for loopback hosts only: localhost, names below it, and loopback
// addresses. Credentials, a query and a fragment are not allowed.
func WithBaseURL(rawURL string) Option {
	return func(c *config) *ArgumentError {
		u, reason := parseBaseURL(rawURL)
		if reason != "" {
			return refused("WithBaseURL", reason)
		}
		c.BaseURL = u
		return nil
	}
}

func parseBaseURL(rawURL string) (u *url.URL, reason string) {
	u, err := url.Parse(rawURL)
	switch {
	case err != nil:
		return nil, "is not a URL" // the error would quote it, and credentials may be in it
	case u.User != nil:
		return nil, "must not hold credentials"
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(rawURL, "#"):
		return nil, "must not have a query or a fragment"
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, "must begin with https:// (or, for a loopback host, http://)"
	case !hasHost(u):
		return nil, "must have a host that is valid"
	case !isSecure(u):
		return nil, "must begin with https://, since the keys would be sent in the clear: plain http is for loopback hosts only"
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, ""
}

// isSecure tells of an http or https URL whether nobody on the way can read what is sent there.
func isSecure(u *url.URL) bool { return u.Scheme == "https" || isLoopback(u.Hostname()) }

func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// hasHost reports whether a URL has a host that can exist: an address or a name, with no port or one of at most 65535.
// [url.Parse] accepts others.
func hasHost(u *url.URL) bool {
	if strings.HasSuffix(u.Host, ":") {
		return false
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
	}
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		_, err := netip.ParseAddr(host)
		return err == nil
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || strings.ContainsFunc(label, notInHost) {
			return false
		}
	}
	return true
}

// notInHost reports whether a character is in no host name, also not in one of another script.
func notInHost(r rune) bool {
	return notInID(r) && (r <= unicode.MaxASCII || !unicode.In(r, unicode.L, unicode.M, unicode.Nd))
}

// WithHTTPClient sends requests through an HTTP client of yours, such as one with a proxy or with a transport of your
// own. The client is copied and never changed. Its Timeout limits each attempt as [WithTimeout] does, and the whole
// transfer of a file. Which redirects are followed remains this library's decision.
//
// Don't use a transport that retries requests by itself. It could send a message or buy a number twice, and this
// library could not know. Where that can't be avoided, let it repeat no POST.
//
// Only [net/http.Transport] itself is trusted to report all of its connections to [net/http/httptrace]. With any other
// transport, also one around it, a send or a purchase that fails is known not to have been sent only if the error is a
// failed lookup, dial or TLS handshake and the body of the request was not read. Otherwise it is [ErrOutcomeUnknown].
func WithHTTPClient(hc *http.Client) Option {
	return func(c *config) *ArgumentError {
		if hc == nil {
			return refused("WithHTTPClient", "must not be nil")
		}
		c.HTTPClient = hc
		return nil
	}
}

// WithUserAgent puts a product, such as "mailer/1.4", before the library's own in the User-Agent header.
func WithUserAgent(product string) Option {
	return func(c *config) *ArgumentError {
		if product == "" || strings.ContainsFunc(product, func(r rune) bool { return r < ' ' || r > '~' }) {
			return refused("WithUserAgent", "must be printable ASCII")
		}
		c.UserAgent = product + " " + userAgent
		return nil
	}
}

// WithTimeout limits each attempt of a call, from asking for a connection to the last byte read. For the file of a CDR
// export or a port order it limits how long nothing is transferred. The default is [DefaultTimeout]. A whole call, with
// its repeats and waits, is limited by its context.
func WithTimeout(d time.Duration) Option {
	return func(c *config) *ArgumentError {
		if d <= 0 {
			return refused("WithTimeout", "must be above 0")
		}
		c.Timeout = d
		return nil
	}
}

// WithRetry sets how often, and at which pace, requests are retried. It does not change which requests are retried: no
// policy retries a message that may have been sent.
func WithRetry(p RetryPolicy) Option {
	return func(c *config) *ArgumentError {
		switch {
		case p.MaxAttempts < 0 || p.MinDelay < 0 || p.MaxDelay < 0:
			return refused("WithRetry", "must have no field below 0")
		case p.MaxDelay != 0 && p.MinDelay > p.MaxDelay:
			return refused("WithRetry", "must have a MinDelay of at most MaxDelay")
		}
		c.Retry = p.withDefaults()
		return nil
	}
}

func (p RetryPolicy) withDefaults() transport.Retry {
	p.MaxAttempts = cmp.Or(p.MaxAttempts, 3)
	p.MinDelay = cmp.Or(p.MinDelay, 500*time.Millisecond)
	p.MaxDelay = cmp.Or(p.MaxDelay, max(8*time.Second, p.MinDelay))
	return transport.Retry(p)
}

// WithLimiter asks a limiter before every attempt of every call to the API. Flowroute publishes no rate limits of its
// REST API other than those of [WithMessageLimiters].
func WithLimiter(l Limiter) Option {
	return func(c *config) *ArgumentError {
		if isNil(l) {
			return refused("WithLimiter", "must not be nil")
		}
		c.Limiter = l
		return nil
	}
}

// WithMessageLimiters asks a limiter before every attempt to send a message, after that of [WithLimiter]: one for SMS,
// of which Flowroute takes 5 a second, and one for MMS, of which it takes 1 a second. Flowroute counts each segment of
// a text, so Wait is called once for each, see [Segments]. It gets the context of the call. Neither limiter may be nil.
func WithMessageLimiters(sms, mms Limiter) Option {
	return func(c *config) *ArgumentError {
		if isNil(sms) || isNil(mms) {
			return refused("WithMessageLimiters", "must be given two limiters, of which neither is nil")
		}
		c.sms, c.mms = sms, mms
		return nil
	}
}

// WithPrefetch lets ListAll and the other iterators fetch up to this many pages at the same time, ahead of the one that
// the loop is in, so that less time is spent waiting. The records come in the same order. At the end of a list, or when
// the loop is broken out of, up to this many requests are wasted. pages is at most 64. The default is 0: a page is
// fetched when the loop gets there.
//
// Pages can be read in another order than that of the list. If records arrive or go meanwhile, some can be missing: use
// it for lists that do not change, such as messages with an End that has passed.
func WithPrefetch(pages int) Option {
	return func(c *config) *ArgumentError {
		if pages < 0 || pages > maxConns {
			return refused("WithPrefetch", "must be from 0 to 64")
		}
		c.prefetch = pages
		return nil
	}
}

// MessagesVersion is a version of the messages API, as it stands in the path.
type MessagesVersion string

// Versions of the messages API.
const (
	MessagesV21 MessagesVersion = "v2.1" // the default
	MessagesV22 MessagesVersion = "v2.2" // adds [Message.PriceDetails]
)

// WithMessagesVersion sets the version of the messages API that messages and the account's callbacks go through. The
// default is [MessagesV21].
func WithMessagesVersion(v MessagesVersion) Option {
	return func(c *config) *ArgumentError {
		if v != MessagesV21 && v != MessagesV22 {
			return refused("WithMessagesVersion", "must be MessagesV21 or MessagesV22")
		}
		c.version = v
		return nil
	}
}

// WithLogger logs each attempt of a call at [slog.LevelDebug], and each retry at [slog.LevelWarn]. The transfer of a
// file by [CDRsService.Records] and [PortingService.Upload] is not logged. The attributes of a line are op, method,
// status, attempt, duration or delay, error_id (the API's id of an error, cleaned and cut after 256 bytes) and error
// (the kind of a failure), and nothing else: no key, no phone number, no text. By default nothing is logged.
//
// A value of a response that can't be read leaves its field zero. It is logged at [slog.LevelWarn] with op and attribute
// (where the value is, e.g. data[3].attributes.timestamp), without the value. After 20 values of one response, a last
// line has their count.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) *ArgumentError {
		if l == nil {
			return refused("WithLogger", "must not be nil")
		}
		c.Log = transport.NewLog(l, errorID)
		return nil
	}
}

// isNil tells whether a limiter is nil, or a nil pointer or function in the guise of one.
func isNil(l Limiter) bool {
	if l == nil {
		return true
	}
	v := reflect.ValueOf(l)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

func refused(name, reason string) *ArgumentError {
	return &ArgumentError{Op: "NewClient", Name: name, Reason: reason}
}
