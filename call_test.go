package flowroute

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

type counted struct {
	ref   jsonapi.Identity
	looks *int
}

func (c counted) Ref() jsonapi.Identity { *c.looks++; return c.ref }

// TestFindIsLinear counts how often a document's included objects are looked at, which no clock can tell reliably.
func TestFindIsLinear(t *testing.T) {
	const n = 10_000
	looks := 0
	var objects []counted
	for i := range n {
		objects = append(objects, counted{jsonapi.Identity{ID: jsonapi.Text(strconv.Itoa(i / 2)), Type: "x"}, &looks})
	}
	in := newIncluded(objects)
	for i := range n {
		assert.Same(t, &in.objects[i], find(in, jsonapi.Identity{ID: jsonapi.Text(strconv.Itoa(i / 2))}, "x"))
	}
	assert.Nil(t, find(in, jsonapi.Identity{ID: "1", Type: "y"}, "x"))
	assert.LessOrEqual(t, looks, n)
}
