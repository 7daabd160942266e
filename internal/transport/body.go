package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
)

// The most that is read of an answer.
const (
	MaxBody      = 8 << 20  // of a success, which is no answer if it is larger, where the request sets no other limit
	MaxErrorBody = 64 << 10 // of an error, whose rest is thrown away

	maxDrain = 256 << 10 // so much is read and thrown away to keep the connection
)

// ErrTooLarge is the error of a success with a body of more than [MaxBody] bytes, or the request's own limit.
var ErrTooLarge = errors.New("the answer is too large")

func readWhole(ctx context.Context, resp *http.Response, limit int64) ([]byte, error) {
	limit = min(limit, math.MaxInt64-1) // as one more is read
	if resp.ContentLength > limit {
		return nil, ErrTooLarge
	}
	body, err := read(ctx, resp, limit+1)
	if int64(len(body)) > limit {
		return nil, ErrTooLarge
	}
	return body, err
}

func readStart(ctx context.Context, resp *http.Response) ([]byte, error) {
	body, err := read(ctx, resp, MaxErrorBody)
	if err != nil {
		return body, err
	}
	if _, err = io.CopyN(io.Discard, resp.Body, maxDrain); errors.Is(err, io.EOF) {
		err = nil
	}
	return body, err
}

// read reads at most limit bytes, into a buffer of the size that the response announces.
func read(ctx context.Context, resp *http.Response, limit int64) ([]byte, error) {
	size := int64(bytes.MinRead)
	if resp.ContentLength > 0 && resp.ContentLength < limit {
		size = resp.ContentLength + 1 // with room for the read that finds the end
	}
	buf := make([]byte, 0, min(size, limit))
	for int64(len(buf)) < limit {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf))
		}
		n, err := resp.Body.Read(buf[len(buf):min(int64(cap(buf)), limit)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, cutShort(ctx, resp, int64(len(buf)))
		case err != nil:
			return buf, err
		}
	}
	return buf, nil
}

// cutShort returns the error of a body that has ended after so many bytes, if it may be that it ended early. The end of
// a body that announces no length can be that of its connection, which is closed when the context ends.
func cutShort(ctx context.Context, resp *http.Response, read int64) error {
	if resp.ContentLength == read {
		return nil
	}
	return ctx.Err()
}
