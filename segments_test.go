package flowroute_test

import (
	"math"
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

func TestParseNanodollars(t *testing.T) {
	for written, want := range map[string]flowroute.Nanodollars{
		"": 0, "0": 0, "0.0": 0, "0E-7": 0, "-0": 0, "5e-05": 50_000, "34.321300": 34_321_300_000, "34.321300000000004": 34_321_300_000,
		"-1.5": -1_500_000_000, "+1.5": 1_500_000_000, ".5": 500_000_000, "1.": 1_000_000_000, "1E2": 100_000_000_000, "1e+9": 1e18, "1E-3": 1_000_000,
		"0.0000000005": 1, "-0.0000000005": -1, "0.00000000049999": 0, "1e-31": 0, "1e-40": 0, "-9e-99999999999999999999": 0, "0e99999999999999999999": 0,
		"0." + strings.Repeat("0", 67) + "1e68": 1_000_000_000,
		"1" + strings.Repeat("0", 68) + "e-68":  1_000_000_000,
		"9223372036.854775807":                  math.MaxInt64, "9223372036.8547758074999": math.MaxInt64, "9223372036854775807e-9": math.MaxInt64,
		"-9223372036.854775808": math.MinInt64, "-9223372036.8547758084999": math.MinInt64,
	} {
		got, err := flowroute.ParseNanodollars(written)
		require.NoError(t, err, written)
		assert.Equal(t, want, got, written)
	}
	for _, written := range []string{
		"free", ".", "-", "+", "-.", "e5", "1e", "1e+", "1e5.5", "1e1e1", "--1", "+-1", "1.2.3", "NaN", "Inf", "-inf", "0x10", "0x1p-2",
		"1_000", "1e1_0", "1,5", "1,000.00", "$1.25", " 1.25", "1.25 ", " ", "1 000", "١", "1.25-", "(1.25)",
		"9223372036.854775808", "9223372036.8547758075", "-9223372036.8547758085", "18446744073.7095516155", "18446744073.7095516165", "36893488147.419103233",
		"92233720368.54775807", "18446744073.709551616e0", "1844674407370955161.6e1", "1e10", "-1e10", "1e18", "1e19", "1e99", "1e400", "1e99999999999999999999",
	} {
		_, err := flowroute.ParseNanodollars(written)
		assert.EqualError(t, err, "not an amount of money", written)
	}
}

func TestNanodollars(t *testing.T) {
	for amount, want := range map[flowroute.Nanodollars]string{
		0: "0.00", 1: "0.000000001", 4_000_000: "0.004", 34_321_300_000: "34.3213", 12_000_000_000: "12.00", -1_500_000_000: "-1.50", 100_000_000: "0.10",
		-1 << 63: "-9223372036.854775808",
	} {
		assert.Equal(t, want, amount.String())
	}
}
