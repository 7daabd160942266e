package flowroute

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Nanodollars is an exact amount of money, in billionths of USD. It is added and compared like an integer: three
// dollars and a quarter are 3*Dollar + 25*Cent. In JSON it is a decimal number of USD, such as 1.25.
type Nanodollars int64

// Common amounts.
const (
	Dollar Nanodollars = 1_000_000_000
	Cent               = Dollar / 100
)

// String returns the amount in USD, with as many decimals as it has, but at least two, e.g. "0.0345" and "12.00".
func (n Nanodollars) String() string {
	sign, abs := "", uint64(n)
	if n < 0 {
		sign, abs = "-", -uint64(n)
	}
	const dollar = uint64(Dollar)
	decimals := strconv.FormatUint(dollar+abs%dollar, 10)[1:]
	decimals = decimals[:2] + strings.TrimRight(decimals[2:], "0")
	return sign + strconv.FormatUint(abs/dollar, 10) + "." + decimals
}

// MarshalJSON returns the exact amount as a decimal number of USD without trailing zeros, e.g. 0.0345 and 12.
func (n Nanodollars) MarshalJSON() ([]byte, error) {
	return []byte(strings.TrimSuffix(strings.TrimRight(n.String(), "0"), ".")), nil
}

// UnmarshalJSON reads a decimal number of USD, or a string that holds one, as [ParseNanodollars] does. A null changes
// nothing.
func (n *Nanodollars) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if bytes.HasPrefix(b, []byte{'"'}) {
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		b = bytes.TrimSpace([]byte(text))
	}
	amount, err := ParseNanodollars(string(b))
	if err == nil {
		*n = amount
	}
	return err
}

var errNotMoney = errors.New("not an amount of money")

// ParseNanodollars parses a decimal number of USD, such as "0.0345", "-12" or "5e-05". It is exact to a billionth of a
// dollar; further decimals are rounded, halves away from zero. An empty string is 0. It returns an error if s is not a
// number, or if the amount does not fit into [Nanodollars].
func ParseNanodollars(s string) (Nanodollars, error) {
	if s == "" {
		return 0, nil
	}
	n, ok := billionths(s)
	if !ok {
		return 0, errNotMoney
	}
	return Nanodollars(n), nil
}

// billionths parses a decimal number and returns it times 1e9, rounded half away from zero. It reports false if s is
// not a number or the result overflows. Floating point would lose billionths.
func billionths(s string) (int64, bool) {
	exponent := int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.ParseInt(s[i+1:], 10, 32); err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, false
		}
		s = s[:i] // an exponent out of range is the nearest in range, which gives 0 or an overflow, too
	}
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	point := strings.IndexByte(s, '.')
	if point < 0 {
		point = len(s)
	}
	if s == "" || s == "." {
		return 0, false
	}
	abs, limit := uint64(0), uint64(math.MaxInt64)
	if negative {
		limit++
	}
	left := int64(point) + exponent + 9 // digits down to the billionths
	for i := range len(s) {
		if i == point {
			continue
		}
		digit := uint64(s[i] - '0')
		if digit > 9 {
			return 0, false
		}
		switch {
		case left > 0 && abs > limit/10:
			return 0, false
		case left > 0:
			abs = abs*10 + digit
		case left == 0 && digit >= 5:
			abs++
		}
		left--
	}
	for ; left > 0 && abs > 0; left-- {
		if abs > limit/10 {
			return 0, false
		}
		abs *= 10
	}
	if abs > limit {
		return 0, false
	}
	if negative {
		return -int64(abs), true
	}
	return int64(abs), true
}
