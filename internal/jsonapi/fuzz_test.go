package jsonapi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// FuzzTime has any text be a time in UTC, which reads the same when it is written again, or an error.
func FuzzTime(f *testing.F) {
	for _, seed := range []string{
		"", "null", "2017-12-22T01:52:39.39Z", "2024-10-19T01:21:21.980000Z", "2017-12-21T16:44:35+00:00", "2018-04-23 17:04:30.829341+00:00",
		"Fri, 01 Jun 2018 00:17:52 GMT", "2019-01-01 00:00:00", "2019-06-25 18:18:54+00", "2018-07-12", "0000-00-00", "9999-12-31T23:59:60Z",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := jsonapi.ParseTime(s)
		if err != nil {
			assert.True(t, parsed.IsZero())
			return
		}
		assert.Equal(t, time.UTC, parsed.Location())
		if parsed.Year() < 0 || parsed.Year() > 9999 {
			return
		}
		again, err := jsonapi.ParseTime(parsed.Format(time.RFC3339Nano))
		require.NoError(t, err)
		assert.True(t, parsed.Equal(again))
	})
}
