package fake

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	missing      = "Missing data for required field."
	isNull       = "Field may not be null."
	notText      = "Not a valid string."
	notInteger   = "Not a valid integer."
	notNumber    = "Not a valid number."
	notFlag      = "Not a valid boolean."
	notDate      = "Not a valid datetime."
	notURL       = "Not a valid URL."
	notList      = "Not a valid list."
	tooShort     = "Shorter than minimum length 1."
	notPattern   = "String does not match expected pattern."
	invalidInput = "Invalid input type."
	unknownField = "Unknown field."
)

// problems are what is wrong with the values that a request sent, by name.
type problems map[string][]string

func (p problems) add(name, problem string) {
	p[name] = append(p[name], problem)
}

// check says what is wrong with a text, or nothing.
type check func(string) string

func atMost(n int) check {
	return func(s string) string {
		if len([]rune(s)) > n {
			return fmt.Sprintf("Longer than maximum length %d.", n)
		}
		return ""
	}
}

func oneOf(choices ...string) check {
	return func(s string) string {
		if !slices.Contains(choices, s) {
			return "Must be one of: " + strings.Join(choices, ", ") + "."
		}
		return ""
	}
}

// optional is a check that lets an empty text pass.
func optional(check check) check {
	return func(s string) string {
		if s == "" {
			return ""
		}
		return check(s)
	}
}

func matches(pattern *regexp.Regexp) check {
	return func(s string) string {
		if !pattern.MatchString(s) {
			return notPattern
		}
		return ""
	}
}

func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return notURL
	}
	return ""
}

const elevenDigits = `1[2-9][0-9]{9}` // a North American number

var (
	phoneNumberPattern = regexp.MustCompile(`^\+?` + elevenDigits + `$`)
	abroadPattern      = regexp.MustCompile(`^\+[2-9][0-9]{6,14}$`)
)

// phoneNumber checks a North American number.
func phoneNumber(s string) string {
	if !phoneNumberPattern.MatchString(s) {
		return "Not a valid phone number."
	}
	return ""
}

// recipient checks a number that a message is sent to. Version 2.1 of the API is documented to take North American
// ones, and version 2.2 any in the form of E.164.
func (c *Call) recipient(s string) string {
	if c.version != "v2.1" && abroadPattern.MatchString(s) {
		return ""
	}
	return phoneNumber(s)
}

// digits11 is a phone number as the API writes it.
func digits11(number string) string {
	return strings.TrimPrefix(number, "+")
}

// flag reads a boolean from text.
func flag(s string) (value, valid bool) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
