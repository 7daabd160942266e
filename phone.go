package flowroute

import (
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// ParsePhone reads a phone number in any common notation, as every method does, and returns it in the form that answers
// have: a North American number as its 11 digits, e.g. 12065550100, and any other with a +, e.g. +442079460000. Methods
// accept both. Anything that is not a phone number is an [*ArgumentError]. No request is made.
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

// phoneValue is a number of the API's, which has its country code and as a rule no +. One that is not North American
// gets a +: without it, one of 10 digits would be taken for a North American one where it is used again, and a text
// would go to a stranger. What is too short for a phone number, such as a short code, stays as it is.
func phoneValue(number jsonapi.Text) string {
	const shortest = 7
	digits := strings.TrimPrefix(string(number), "+")
	switch {
	case isNorthAmerican(digits), len(digits) < shortest, strings.ContainsFunc(digits, func(r rune) bool { return !isDigit(r) }):
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
