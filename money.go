package flowroute

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Nanodollars is an exact amount of money, in billionths of USD.
type Nanodollars int64

const nanosPerDollar = 1e9

// String is the amount in USD, with as many decimals as it has, but at least two, e.g. "0.0345" and "12.00".
func (n Nanodollars) String() string {
	sign, abs := "", uint64(n)
	if n < 0 {
		sign, abs = "-", -uint64(n)
	}
	decimals := strconv.FormatUint(nanosPerDollar+abs%nanosPerDollar, 10)[1:]
	decimals = decimals[:2] + strings.TrimRight(decimals[2:], "0")
	return sign + strconv.FormatUint(abs/nanosPerDollar, 10) + "." + decimals
}

var errNotMoney = errors.New("not an amount of money")

// ParseNanodollars reads a decimal number of USD, such as "0.0345". It is exact, or an error; an empty text is 0.
func ParseNanodollars(s string) (Nanodollars, error) {
	if s == "" {
		return 0, nil
	}
	digits, negative := strings.CutPrefix(s, "-")
	whole, decimals, _ := strings.Cut(digits, ".")
	decimals = strings.TrimRight(decimals, "0")
	if whole+decimals == "" && !strings.Contains(digits, "0") || len(decimals) > 9 {
		return 0, errNotMoney
	}
	value, err := strconv.ParseUint(whole+decimals+strings.Repeat("0", 9-len(decimals)), 10, 63)
	if err != nil || value > math.MaxInt64 {
		return 0, errNotMoney
	}
	if negative {
		return -Nanodollars(value), nil
	}
	return Nanodollars(value), nil
}
