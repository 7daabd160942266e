package jsonapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// strict is a record whose values must have the one form that each is documented in.
type strict struct {
	jsonapi.Identity
	Attributes struct {
		Text string    `json:"text"`
		Int  int64     `json:"int"`
		Bool bool      `json:"bool"`
		Time time.Time `json:"time"`
	} `json:"attributes"`
}

// BenchmarkTolerance tells what it costs to read values in each form that the API sends them in.
func BenchmarkTolerance(b *testing.B) {
	const one = `{"id":"1","type":"x","attributes":{"text":"12065550100","int":4000000,"bool":true,"time":"2017-12-21T16:44:34.93Z"}}`
	page := []byte(`{"data":[` + strings.TrimSuffix(strings.Repeat(one+",", 200), ",") + `]}`)
	b.Run("strict", func(b *testing.B) { decodeList[strict](b, page) })
	b.Run("tolerant", func(b *testing.B) { decodeList[record](b, page) })
}

func decodeList[R jsonapi.Identified](b *testing.B, page []byte) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonapi.DecodeList[R, struct{}](page, 200); err != nil {
			b.Fatal(err)
		}
	}
}
