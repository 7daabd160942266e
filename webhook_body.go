package flowroute

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxWebhook is how much of a webhook's body is read, and how much its gzip may become.
const maxWebhook = 1 << 20

var errWebhookTooLarge = fmt.Errorf("the body has more than %d bytes", maxWebhook)

var errNoBody = errors.New("the body is empty")

// readError is a body that could not be read. Its text leaves the reason out, in which there are addresses.
type readError struct{ error }

func (e readError) Error() string { return "the body can't be read" }
func (e readError) Unwrap() error { return e.error }

// readWebhook reads the body of a request that is to be an event.
func readWebhook(r *http.Request) ([]byte, *WebhookError) {
	encoding := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ","))
	switch {
	case r.Method != http.MethodPost:
		return nil, &WebhookError{http.StatusMethodNotAllowed, errors.New("the method is not POST")}
	case !isJSON(r.Header.Get("Content-Type")):
		return nil, &WebhookError{http.StatusUnsupportedMediaType, errors.New("the Content-Type is not JSON")}
	case encoding != "" && encoding != "identity" && encoding != "gzip":
		return nil, &WebhookError{http.StatusUnsupportedMediaType, errors.New("the body has a Content-Encoding other than gzip")}
	case r.ContentLength > maxWebhook:
		return nil, &WebhookError{http.StatusRequestEntityTooLarge, errWebhookTooLarge}
	case r.Body == nil:
		return nil, &WebhookError{http.StatusBadRequest, errNoBody}
	}
	body, err := bounded(r.Body)
	if err == nil && encoding == "gzip" {
		body, err = unzipped(body)
	}
	_, cut := errors.AsType[*http.MaxBytesError](err) // a limit of the program's own
	switch {
	case cut || errors.Is(err, errWebhookTooLarge):
		return nil, &WebhookError{http.StatusRequestEntityTooLarge, err}
	case err != nil:
		return nil, &WebhookError{http.StatusBadRequest, readError{err}}
	case len(body) == 0:
		return nil, &WebhookError{http.StatusBadRequest, errNoBody}
	}
	return body, nil
}

// isJSON tells whether a body may be JSON. Without a type it may: what it is not costs a text.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return mediaType == "application/json" || mediaType == "application/vnd.api+json"
}

func unzipped(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return bounded(r)
}

// bounded reads to the end, unless that is too far.
func bounded(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxWebhook+1))
	if len(body) > maxWebhook {
		return nil, errWebhookTooLarge
	}
	return body, err
}
