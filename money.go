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

// ParseNanodollars reads a decimal number of USD, such as "0.0345" or "5e-05". It is exact to a billionth; further
// decimals are rounded. An empty text is 0. A text that is not a number, or too large a number, is an error.
func ParseNanodollars(s string) (Nanodollars, error) {
	if s == "" {
		return 0, nil
	}
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(s), "e")
	shift := 0
	if hasExponent {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift < -30 || shift > 30 {
			return 0, errNotMoney
		}
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, decimals, _ := strings.Cut(mantissa, ".")
	digits := whole + decimals
	if digits == "" || len(digits) > 60 || strings.ContainsFunc(digits, func(r rune) bool { return !isDigit(r) }) {
		return 0, errNotMoney
	}
	shift += 9 - len(decimals) // so many places further to the left is where the billionths end
	roundUp := uint64(0)
	if shift < 0 {
		digits = strings.Repeat("0", -shift) + digits
		cut := len(digits) + shift
		if digits[cut] >= '5' {
			roundUp = 1
		}
		digits, shift = digits[:cut], 0
	}
	value, err := strconv.ParseUint("0"+digits+strings.Repeat("0", shift), 10, 64)
	if value += roundUp; err != nil || value > math.MaxInt64 {
		return 0, errNotMoney
	}
	if negative {
		return -Nanodollars(value), nil
	}
	return Nanodollars(value), nil
}
