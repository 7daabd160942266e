package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// The most that is read of an answer.
const (
	MaxBody      = 8 << 20  // of a success, which is no answer if it is larger
	MaxErrorBody = 64 << 10 // of an error, whose rest is thrown away

	maxDrain = 256 << 10 // so much is read and thrown away to keep the connection
)

// ErrTooLarge is the error of a success with a body of more than [MaxBody] bytes.
var ErrTooLarge = errors.New("flowroute: the answer is too large")

func readWhole(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > MaxBody {
		return nil, ErrTooLarge
	}
	body, err := read(resp, MaxBody+1)
	if len(body) > MaxBody {
		return nil, ErrTooLarge
	}
	return body, err
}

func readStart(resp *http.Response) ([]byte, error) {
	body, err := read(resp, MaxErrorBody)
	if err != nil {
		return body, err
	}
	if _, err = io.CopyN(io.Discard, resp.Body, maxDrain); errors.Is(err, io.EOF) {
		err = nil
	}
	return body, err
}

// read reads at most limit bytes, into a buffer of the size that the answer announces.
func read(resp *http.Response, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if n := min(resp.ContentLength, limit); n > 0 {
		buf.Grow(int(n) + bytes.MinRead) // with room for the read that finds the end
	}
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, limit))
	return buf.Bytes(), err
}
