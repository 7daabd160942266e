package flowroute_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

func TestSegments(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	e := func(n int) string { return strings.Repeat("é", n) }
	tests := []struct {
		body string
		want flowroute.Segmentation
	}{
		{"", flowroute.Segmentation{}},
		{"a", flowroute.Segmentation{Units: 1, Segments: 1}},
		{a(160), flowroute.Segmentation{Units: 160, Segments: 1}},
		{a(161), flowroute.Segmentation{Units: 161, Segments: 2}},
		{a(280), flowroute.Segmentation{Units: 280, Segments: 2}},
		{a(281), flowroute.Segmentation{Units: 281, Segments: 3}},
		{e(70), flowroute.Segmentation{Encoding: 8, Units: 70, Segments: 1, UCS2: []rune{'é'}}},
		{e(71), flowroute.Segmentation{Encoding: 8, Units: 71, Segments: 2, UCS2: []rune{'é'}}},
		{a(140) + "☎", flowroute.Segmentation{Encoding: 8, Units: 141, Segments: 3, UCS2: []rune{'☎'}}},
		{"a’b“c’", flowroute.Segmentation{Encoding: 8, Units: 6, Segments: 1, UCS2: []rune{'’', '“'}}},
		{strings.Repeat("😀", 35), flowroute.Segmentation{Encoding: 8, Units: 70, Segments: 1, UCS2: []rune{'😀'}}},
		{strings.Repeat("😀", 36), flowroute.Segmentation{Encoding: 8, Units: 72, Segments: 2, UCS2: []rune{'😀'}}},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, flowroute.Segments(test.body), test.body)
	}
}

func TestStraightQuotes(t *testing.T) {
	assert.Equal(t, `"It's" 'here' - now - or never... `, flowroute.StraightQuotes("“It’s” ‘here’ – now — or never…\u00a0"))
	assert.Equal(t, "é ☎", flowroute.StraightQuotes("é ☎"), "what means something stays")
}

func TestParsePhone(t *testing.T) {
	digits, err := flowroute.ParsePhone("+1 (206) 555-0100")
	require.NoError(t, err)
	assert.Equal(t, "12065550100", digits)
	for _, international := range []string{"+44 20 7946 0000", "+442079460000"} {
		number, err := flowroute.ParsePhone(international)
		require.NoError(t, err)
		assert.Equal(t, "+442079460000", number, "what it returns, it takes again")
	}
	digits, err = flowroute.ParsePhone("911")
	assert.Empty(t, digits)
	assert.ErrorContains(t, err, "flowroute: ParsePhone: number must be a North American number")
}

func TestCheckCNAM(t *testing.T) {
	assert.NoError(t, flowroute.CheckCNAM("BROWN BAG"))
	assert.EqualError(t, flowroute.CheckCNAM("2 MANY CHARACTERS"), "flowroute: CheckCNAM: value must have at most 15 characters")
}
