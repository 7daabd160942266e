package flowroute_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

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
		-1 << 63: "-9223372036.854775808", 3*flowroute.Dollar + 25*flowroute.Cent: "3.25", -flowroute.Cent: "-0.01",
	} {
		assert.Equal(t, want, amount.String())
	}
}

func TestNanodollarsInJSON(t *testing.T) {
	for amount, want := range map[flowroute.Nanodollars]string{
		0: "0", 1: "0.000000001", 4_000_000: "0.004", 34_321_300_000: "34.3213", 1_250_000_000: "1.25", 500_000_000_000_000: "500000", -1_500_000_000: "-1.5",
		math.MaxInt64: "9223372036.854775807", math.MinInt64: "-9223372036.854775808",
	} {
		b, err := json.Marshal(amount)
		require.NoError(t, err)
		assert.Equal(t, want, string(b))
		for _, written := range []string{want, `"` + want + `"`, `" ` + want + ` "`} {
			got := flowroute.Nanodollars(7)
			require.NoError(t, json.Unmarshal([]byte(written), &got), written)
			assert.Equal(t, amount, got, written)
		}
	}
	for written, want := range map[string]flowroute.Nanodollars{
		`1.0`: flowroute.Dollar, `125e-2`: 1_250_000_000, `"5E-05"`: 50_000, `1e9`: 1e18, `"0.00\u0034"`: 4_000_000, `""`: 0, `null`: 7,
	} {
		got := flowroute.Nanodollars(7)
		require.NoError(t, json.Unmarshal([]byte(written), &got), written)
		assert.Equal(t, want, got, written)
	}
	for _, written := range []string{`"N/A"`, `"$1.25"`, `true`, `{}`, `[1]`, `1e10`, `"1e10"`, `9223372036.8547758075`, `"NaN"`} {
		got := flowroute.Nanodollars(7)
		require.Error(t, json.Unmarshal([]byte(written), &got), written)
		assert.EqualValues(t, 7, got, written)
	}
	for _, invalid := range []string{`"`, `"1`, `{`} { // which encoding/json never passes on
		assert.Error(t, new(flowroute.Nanodollars).UnmarshalJSON([]byte(invalid)), invalid)
	}
}

// TestMoneyIsExact reads each amount of a resource as a number and as a string that no float64 holds, and has one that
// can't be read cost itself alone.
func TestMoneyIsExact(t *testing.T) {
	const amount, want = `9007199.254740993`, flowroute.Nanodollars(9_007_199_254_740_993)
	type amounts = []flowroute.Nanodollars
	tests := []struct {
		attributes string
		get        func(*flowroute.Client) amounts
	}{
		{"monthly_cost setup_cost inbound_rate", func(c *flowroute.Client) amounts {
			n, err := c.Numbers.Get(t.Context(), "2065550100")
			require.NoError(t, err)
			return amounts{n.MonthlyCost, n.SetupCost, n.InboundRate}
		}},
		{"monthly_cost setup_cost inbound_rate", func(c *flowroute.Client) amounts {
			page, err := c.Numbers.Search(t.Context(), nil)
			require.NoError(t, err)
			n := page.Items[0]
			return amounts{n.MonthlyCost, n.SetupCost, n.InboundRate}
		}},
		{"price_details.base_rate price_details.surcharge_rate price_details.charged_cost", func(c *flowroute.Client) amounts {
			m, err := c.Messages.Get(t.Context(), "mdr2-1")
			require.NoError(t, err)
			return amounts{m.PriceDetails.BaseRate, m.PriceDetails.SurchargeRate, m.PriceDetails.ChargedCost}
		}},
		{"cost", func(c *flowroute.Client) amounts {
			o, err := c.Porting.Get(t.Context(), "1")
			require.NoError(t, err)
			return amounts{o.Cost}
		}},
		{"total_cost call_subtotal connect_fees cnamlookup_fees usf_fees ccrf", func(c *flowroute.Client) amounts {
			e, err := c.CDRs.Get(t.Context(), "1")
			require.NoError(t, err)
			return amounts{e.TotalCost, e.CallSubtotal, e.ConnectFees, e.CNAMLookupFees, e.USFFees, e.CCRF}
		}},
	}
	for _, test := range tests {
		attributes := strings.Fields(test.attributes)
		for i, unread := range append([]string{""}, attributes...) {
			expected := make(amounts, len(attributes))
			var members []string
			for j, name := range attributes {
				value := amount
				switch expected[j] = want; {
				case name == unread:
					value, expected[j] = `"N/A"`, 0
				case (i+j)%2 == 0:
					value = `"` + amount + `"`
				}
				members = append(members, `"`+strings.TrimPrefix(name, "price_details.")+`":`+value)
			}
			object := `{` + strings.Join(members, ",") + `}`
			if strings.HasPrefix(test.attributes, "price_details.") {
				object = `{"price_details":` + object + `}`
			}
			var log bytes.Buffer
			client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
				data := `{"id":"1","attributes":` + object + `}`
				if strings.HasSuffix(r.URL.Path, "/available") {
					data = `[` + data + `]`
				}
				_, _ = io.WriteString(w, `{"data":`+data+`}`)
			}, flowroute.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			assert.Equal(t, expected, test.get(client), object)
			if unread == "" {
				assert.Empty(t, log.String())
			} else {
				assert.Contains(t, log.String(), "attributes."+unread)
				assert.NotContains(t, log.String(), "N/A")
			}
		}
	}
}
