package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// Foreign sends one request to a URL that the API has given: that of a file, on a host which is not the API's. The URL
// is used as it is. The account's keys are not sent, and neither is anything else that is for the API alone. The answer is
// returned whatever its status; its body has to be closed. Errors do not tell the URL, which is as good as a key.
func (t *Transport) Foreign(ctx context.Context, method, rawURL string, body io.Reader, length int64) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("what the API gave for the file's URL is not an http or https URL")
	}
	req, err := http.NewRequestWithContext(ctx, method, rawURL, body)
	if err != nil {
		return nil, withoutURL(err)
	}
	req.ContentLength = length
	req.Header["User-Agent"] = t.userAgent
	resp, err := t.client.Do(req)
	if err != nil {
		return nil, withContext(ctx, withoutURL(err))
	}
	return resp, nil
}

// ReadError reads the start of the body of an answer that is no success, and closes it.
func ReadError(resp *http.Response) []byte {
	defer resp.Body.Close()
	body, _ := readStart(resp) // what is missing of it says less than the status
	return body
}
