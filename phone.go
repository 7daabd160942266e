package flowroute

import (
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// ParsePhone reads a phone number in any common notation, as every method does, and returns it in the form that
// responses have: a North American number as its 11 digits, e.g. 12065550100, and any other with a +, e.g.
// +442079460000. Methods accept both. No request is made.
//
// Spaces, dashes and any of . ( ) are ignored, and so are a / after an area code and the scheme of a tel URI. Anything
// else is an [*ArgumentError]: letters, an extension, two numbers in one, a (0) that is dialed only within a country, an
// international prefix such as 00 or 011 in place of the +, or digits other than 0 to 9.
func ParsePhone(number string) (string, error) {
	args := &arguments{op: "ParsePhone"}
	digits := args.phone("number", number)
	if args.err != nil {
		return "", args.err
	}
	return phoneValue(jsonapi.Text(digits)), nil
}

// isNorthAmerican tells of the digits of a number, its country code first.
func isNorthAmerican(digits string) bool { return len(digits) == 11 && digits[0] == '1' }

// phoneValue is a number of a response, as [ParsePhone] returns it. The API writes numbers with their country code and
// as a rule without a +. One that is not North American gets a +: without it, a number of 10 digits would be read as a
// North American one, and a reply would go to a stranger. Anything but digits after an optional + is returned
// unchanged, and so is what can't be a number with its country code, such as a short code.
func phoneValue(number jsonapi.Text) string {
	digits := strings.TrimPrefix(string(number), "+")
	switch {
	case len(digits) < shortestPhone, len(digits) > longestPhone, digits[0] == '0',
		strings.ContainsFunc(digits, func(r rune) bool { return !isDigit(r) }):
		return string(number)
	case isNorthAmerican(digits):
		return digits
	}
	return "+" + digits
}

func phoneValues(numbers []jsonapi.Text) []string {
	var values []string
	for _, n := range numbers {
		values = append(values, phoneValue(n))
	}
	return values
}
