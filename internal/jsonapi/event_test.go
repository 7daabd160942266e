package jsonapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// TestReadEvent has the forms of an event become one, wherever its members are.
func TestReadEvent(t *testing.T) {
	for _, body := range []string{
		`{"data":{"type":"x","id":"7","attributes":{"text":"hello","int":1}},"included":[{"type":"y","id":"8"}]}`,
		`{"data":{"type":"x","id":"7","attributes":{"text":"hello","int":1},"included":[{"type":"y","id":"8"}]}}`,
		`{"data":{"type":"x","id":"7","attributes":{"text":"hello","int":1,"included":[{"type":"y","id":"8"}]}}}`,
		`{"data":{"attributes":{"type":"x","id":7,"text":"hello","int":1}},"included":[{"type":"y","id":"8"}]}`,
		`{"data":{"type":"x","id":7,"text":"hello","int":1},"included":[{"type":"y","id":"8"}]}`,
		`{"data":{"type":"x","id":"7","text":"no","int":1,"attributes":{"text":"hello"}},"included":[{"type":"y","id":"8"}]}`,
		`{"data":{"id":"7","attributes":{"text":"hello"}},"type":"x","int":1,"included":[{"type":"y","id":"8"}]}`,
		`{"data":null,"type":"x","id":7,"attributes":{"text":"hello","int":"1"},"included":[{"type":"y","id":"8"}]}`,
		`{"type":"x","id":7,"attributes":{"text":"hello","int":"1"},"included":[{"type":"y","id":"8"}]}`,
		`{"type":"x","id":"7","text":"hello","int":1,"included":[{"type":"y","id":8}]}`,
		`{"type":"x","id":"7","attributes":null,"text":"hello","int":1,"included":[{"type":"y","id":"8"}]}`,
		`{"type":"x","id":"7","attributes":[],"text":"hello","int":1,"included":[{"type":"y","id":"8"}]}`,
		`{"DATA":{"ID":"7"},"Type":"x","id":"9","text":"hello","int":1,"included":[{"type":"y","id":"8","attributes":{"data":{"a":[1,2]}}}]}`,
	} {
		e, err := jsonapi.ReadEvent([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, jsonapi.Identity{ID: "7", Type: "x"}, e.Identity, body)
		assert.True(t, e.Has("text", "int"))
		assert.False(t, e.Has("text", "float"))
		assert.True(t, e.HasAny("float", "int"))
		assert.Equal(t, "hello", e.Text("text"), body)
		assert.Empty(t, e.Text("float"))
		doc, err := jsonapi.DecodeEvent[record, jsonapi.Identity](e)
		require.NoError(t, err, body)
		assert.Equal(t, "7", doc.Data.Key())
		assert.Equal(t, jsonapi.Text("hello"), doc.Data.Attributes.Text)
		assert.Equal(t, jsonapi.Int64(1), doc.Data.Attributes.Int)
		assert.Equal(t, []jsonapi.Identity{{ID: "8", Type: "y"}}, doc.Included)
	}
}

// TestReadEventCountsValues has an event with as many values as allowed, and one more, where those in a text don't
// count.
func TestReadEventCountsValues(t *testing.T) {
	list := func(n int) string { return `{"type":"x","text":",\",\\","list":[0` + strings.Repeat(",0", n) + `]}` }
	_, err := jsonapi.ReadEvent([]byte(list(9_998)))
	assert.NoError(t, err)
	_, err = jsonapi.ReadEvent([]byte(list(9_999)))
	assert.EqualError(t, err, "the event has too many values")
}
