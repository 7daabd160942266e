package jsonapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// TestReadEvent has the three forms of an event become one.
func TestReadEvent(t *testing.T) {
	for body, flat := range map[string]bool{
		`{"data":{"type":"x","id":"7","attributes":{"text":"hello","int":1}},"included":[{"type":"y","id":"8"}]}`:                             false,
		`{"type":"x","id":7,"attributes":{"text":"hello","int":"1"},"included":[{"type":"y","id":"8"}]}`:                                      false,
		`{"type":"x","id":"7","text":"hello","int":1,"included":[{"type":"y","id":8}]}`:                                                       true,
		`{"type":"x","id":"7","attributes":null,"text":"hello","int":1,"included":[{"type":"y","id":"8"}]}`:                                   true,
		`{"DATA":{"id":"9"},"type":"x","id":"7","text":"hello","int":1,"included":[{"type":"y","id":"8","attributes":{"data":{"a":[1,2]}}}]}`: true,
	} {
		e, err := jsonapi.ReadEvent([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, flat, e.Flat, body)
		assert.Equal(t, jsonapi.Identity{ID: "7", Type: "x"}, e.Identity)
		assert.True(t, e.Has("text", "int"))
		assert.False(t, e.Has("text", "float"))
		doc, err := jsonapi.DecodeEvent[record, jsonapi.Identity](e)
		require.NoError(t, err)
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
