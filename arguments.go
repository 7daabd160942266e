package flowroute

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arguments checks what a call was given, and puts it into the notation of the API. The first complaint is kept.
type arguments struct {
	op  string
	err *ArgumentError
}

func (a *arguments) refuse(name, reason string) {
	if a.err == nil {
		a.err = &ArgumentError{Op: a.op, Name: name, Reason: reason}
	}
}

func (a *arguments) require(name, value string) {
	if value == "" {
		a.refuse(name, "must not be empty")
	}
}

// words checks a text that has to say something.
func (a *arguments) words(name, value string) {
	a.require(name, strings.TrimSpace(value))
	a.text(name, value)
}

// text checks what people will read.
func (a *arguments) text(name, value string) {
	if !utf8.ValidString(value) {
		a.refuse(name, "must be UTF-8")
	}
}

// id checks an identifier. What it lets through has no meaning in a URL.
func (a *arguments) id(name, value string) string {
	a.require(name, value)
	if strings.ContainsFunc(value, notInID) {
		a.refuse(name, "must have only letters, digits, - and _")
	}
	return value
}

func notInID(r rune) bool { return !isLetter(r) && !isDigit(r) && r != '-' && r != '_' }

// phone reads a phone number in any common notation and returns its digits, the country code first.
func (a *arguments) phone(name, value string) string {
	a.require(name, value)
	digits, international := strings.CutPrefix(a.digits(name, value, separators+"/"), "+")
	switch {
	case international && digits[:min(1, len(digits))] != "1":
		if len(digits) < shortestPhone || len(digits) > longestPhone || digits[0] == '0' {
			a.refuse(name, "must have 7 to 15 digits after the +, the country code first")
		}
		if a.err == nil && hasTrunkZero(digits) {
			a.refuse(name, trunkZero)
		}
		return digits
	case !international && (strings.HasPrefix(digits, "00") || strings.HasPrefix(digits, "011")):
		a.refuse(name, "must begin with + and a country code in place of 00 or 011")
	case !international && len(digits) == 10:
		digits = "1" + digits
	}
	if len(digits) != 11 || digits[0] != '1' || digits[1] < '2' {
		a.refuse(name, "must be a North American number of 10 digits, or 11 with the leading 1, or begin with + and a country code")
	}
	return digits
}

// The number of digits of a phone number, with its country code.
const (
	shortestPhone = 7
	longestPhone  = 15
)

// trunkZero is the reason to refuse a number that would be another one if its (0) were sent.
const trunkZero = "must not have the (0) that is dialed only within a country"

// hasTrunkZero reports whether a 0 follows the code of a country in which no number begins with 0.
func hasTrunkZero(digits string) bool {
	const countries = " 20 27 31 32 33 40 41 43 44 46 49 60 61 62 63 64 66 81 82 84 86 90 91 92 94 95 98 " +
		"212 213 218 233 234 251 254 255 256 260 263 353 355 358 359 373 380 381 382 385 386 387 389 421 593 595 " +
		"855 856 880 886 961 962 963 964 966 967 970 971 972 977 994 995 996 "
	trunk := func(code, rest string) bool { return rest[0] == '0' && strings.Contains(countries, " "+code+" ") }
	return trunk(digits[:2], digits[2:]) || trunk(digits[:3], digits[3:])
}

// grouping refuses a number whose separators show that not all of its digits belong to it: one with a trunk zero, an
// extension or a second number. digits is the number without its separators.
func (a *arguments) grouping(name, value, digits string) {
	digits, international := strings.CutPrefix(digits, "+")
	abroad := international && !strings.HasPrefix(digits, "1")
	var count, groups int // of the digits so far
	var separator rune    // between the digit before and the next one; a ( or / hides any other
	var lone bool         // whether the group is a single 0 so far
	for _, r := range value {
		switch {
		case isDigit(r):
			if count == 0 || separator != 0 {
				groups++
			}
			lone = international && r == '0' && (separator == '(' || separator != 0 && groups == 2)
			if lone && separator == '(' && !strings.HasPrefix(digits, "39") { // Italy has (06) and needs the 0
				a.refuse(name, trunkZero)
			}
			count, separator = count+1, 0
		case r == '+', unicode.Is(unicode.Cf, r):
		case lone:
			a.refuse(name, trunkZero)
		case r == '(' && count >= shortestPhone:
			a.refuse(name, "must not have an extension")
		case r == '/' && !slashFits(abroad, count, len(digits)-count):
			a.refuse(name, "must be one number, with a / only after an area code")
		case separator == 0 || r == '(' || r == '/':
			separator = r
		}
	}
}

// slashFits reports whether a / may stand between so many digits: what is before it is not a number by itself.
func slashFits(abroad bool, before, after int) bool {
	if abroad {
		return before > 0 && before < shortestPhone
	}
	total := before + after
	return before > 0 && (total == 10 || total == 11) && (after == 10 || after == 7 || after == 4)
}

// withoutScheme removes the scheme of a tel URI.
func withoutScheme(value string) string {
	const scheme = "tel:"
	uri := strings.TrimLeftFunc(value, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if len(uri) >= len(scheme) && strings.EqualFold(uri[:len(scheme)], scheme) {
		return uri[len(scheme):]
	}
	return value
}

// dialled is a phone number as it is sent: a North American one behind the prefix that the operation wants, and any
// other behind a +, without which one of 10 digits would be taken for a North American one.
func (a *arguments) dialled(name, prefix, value string) string {
	digits := a.phone(name, value)
	if !isNorthAmerican(digits) {
		prefix = "+"
	}
	return prefix + digits
}

// phones reads phone numbers, of which there has to be one.
func (a *arguments) phones(name, prefix string, values []string) []string {
	if len(values) == 0 {
		a.refuse(name, "must not be empty")
	}
	numbers := make([]string, len(values))
	for i, value := range values {
		numbers[i] = a.dialled(name, prefix, value)
	}
	return numbers
}

// separators are the characters that may stand in a number or a part of one, besides spaces and dashes.
const separators = ".()"

// digits removes the given separators, spaces and dashes of every kind, and characters that can't be seen, from a number
// or a part of one. A leading + is kept.
func (a *arguments) digits(name, value, separators string) string {
	value = withoutScheme(value)
	begun := false
	digits := strings.Map(func(r rune) rune {
		switch {
		case isDigit(r), r == '+' && !begun:
			begun = true
			return r
		case strings.ContainsRune(separators, r), unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cf), r == '\u2212':
		default:
			listed := strings.Join(strings.Split(separators, ""), " ")
			a.refuse(name, "must have only digits, spaces and any of - "+listed+", and may begin with +")
		}
		return -1
	}, value)
	a.grouping(name, value, digits)
	return digits
}

// link checks a URL that Flowroute is to call or to fetch.
func (a *arguments) link(name, value string) {
	if webURL(value) == nil {
		a.refuse(name, "must be an absolute http or https URL with a valid host")
	}
}

// webURL is an absolute http or https URL, or nil.
func webURL(value string) *url.URL {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !hasHost(u) {
		return nil
	}
	return u
}

// path checks a path that a caller wrote. It is sent as it stands, so nothing in it may lead elsewhere.
func (a *arguments) path(name, value string) {
	u, err := url.Parse(value)
	if err != nil || !strings.HasPrefix(value, "/") || u.Host != "" || u.EscapedPath() != value {
		a.refuse(name, "must be an escaped path that begins with one /, without a host, a query or a fragment")
		return
	}
	for segment := range strings.SplitSeq(u.Path[1:], "/") {
		if segment == "" || segment == "." || segment == ".." {
			a.refuse(name, "must not have empty segments, . or ..")
		}
	}
}

// json encodes a body.
func (a *arguments) json(name string, value any) []byte {
	b, err := json.Marshal(value)
	if err != nil {
		a.refuse(name, "can't be encoded: "+err.Error())
	}
	return b
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
