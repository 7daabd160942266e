package flowroute

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf16"
)

// maxWebhook is how much of a webhook's body is read, and how much its gzip may become.
const maxWebhook = 1 << 20

var errWebhookTooLarge = fmt.Errorf("the body has more than %d bytes", maxWebhook)

var errNoBody = errors.New("the body is empty")

// readError is a body that could not be read. Its text leaves the reason out, in which there are addresses.
type readError struct{ error }

func (e readError) Error() string { return "the body can't be read" }
func (e readError) Unwrap() error { return e.error }

// readWebhook reads the body of a request that is to be an event, as UTF-8.
func readWebhook(r *http.Request) ([]byte, *WebhookError) {
	switch {
	case r.Method != http.MethodPost:
		return nil, &WebhookError{http.StatusMethodNotAllowed, errors.New("the method is not POST")}
	case r.ContentLength > maxWebhook:
		return nil, &WebhookError{http.StatusRequestEntityTooLarge, errWebhookTooLarge}
	case r.Body == nil:
		return nil, noEvent(r, errNoBody)
	}
	body, err := bounded(r.Body)
	_, cut := errors.AsType[*http.MaxBytesError](err) // a limit of the program's own
	switch {
	case cut || errors.Is(err, errWebhookTooLarge):
		return nil, &WebhookError{http.StatusRequestEntityTooLarge, err}
	case err != nil:
		return nil, &WebhookError{http.StatusBadRequest, readError{err}}
	}
	body, err = unzipped(body)
	switch {
	case errors.Is(err, errWebhookTooLarge):
		return nil, &WebhookError{http.StatusRequestEntityTooLarge, err}
	case err != nil:
		return nil, noEvent(r, readError{err})
	}
	if body = utf8Text(body); len(body) == 0 {
		return nil, noEvent(r, errNoBody)
	}
	return body, nil
}

// noEvent is the error of a body that is not an event. What the headers say of a body counts only here: proxies change
// bodies and headers, and refusing an event for its headers would lose a text.
func noEvent(r *http.Request, err error) *WebhookError {
	switch {
	case !isKnownEncoding(r.Header.Values("Content-Encoding")):
		return &WebhookError{http.StatusUnsupportedMediaType, errors.New("the body has a Content-Encoding other than gzip")}
	case !isJSON(r.Header.Get("Content-Type")):
		return &WebhookError{http.StatusUnsupportedMediaType, fmt.Errorf("the Content-Type is not JSON, and %w", err)}
	}
	return &WebhookError{http.StatusBadRequest, err}
}

func isKnownEncoding(headers []string) bool {
	for encoding := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		switch strings.ToLower(strings.TrimSpace(encoding)) {
		case "", "identity", "gzip", "x-gzip":
		default:
			return false
		}
	}
	return true
}

// isJSON reports whether a Content-Type is that of JSON. A missing one is.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
}

// unzipped unpacks gzip, also if it was packed twice. It goes by the body's first bytes, and returns any other body
// unchanged.
func unzipped(body []byte) ([]byte, error) {
	for range 2 {
		if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
			break
		}
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if body, err = bounded(r); err != nil {
			return nil, err
		}
	}
	return body, nil
}

// utf8Text is JSON in UTF-8 or UTF-16 as UTF-8, without a byte order mark and the white space around it. A JSON
// document begins with an ASCII character, which in UTF-16 is a zero byte and another.
func utf8Text(body []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}), len(body) > 1 && body[0] == 0:
		order = binary.BigEndian
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}), len(body) > 1 && body[1] == 0:
		order = binary.LittleEndian
	}
	if order != nil {
		units := make([]uint16, len(body)/2)
		for i := range units {
			units[i] = order.Uint16(body[2*i:])
		}
		body = []byte(string(utf16.Decode(units)))
	}
	return bytes.TrimFunc(body, func(r rune) bool { return r == '\ufeff' || unicode.IsSpace(r) })
}

// bounded reads to the end, unless that is too far.
func bounded(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxWebhook+1))
	if len(body) > maxWebhook {
		return nil, errWebhookTooLarge
	}
	return body, err
}
