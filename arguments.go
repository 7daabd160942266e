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

// phone reads a phone number in any common notation, and gives its digits with the country code.
func (a *arguments) phone(name, value string) string {
	a.require(name, value)
	digits, international := strings.CutPrefix(a.digits(name, value), "+")
	switch {
	case international && digits[:min(1, len(digits))] != "1":
		if len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
			a.refuse(name, "must have 7 to 15 digits after the +, the country code first")
		}
		return digits
	case !international && len(digits) == 10:
		digits = "1" + digits
	}
	if len(digits) != 11 || digits[0] != '1' || digits[1] < '2' {
		a.refuse(name, "must be a North American number of 10 digits, or 11 with the leading 1, or begin with + and a country code")
	}
	return digits
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

// digits takes the separators that people and their address books write out of a number or a part of one: spaces and
// dashes of every kind, and marks that can't be seen. A leading + is kept.
func (a *arguments) digits(name, value string) string {
	if strings.HasPrefix(strings.TrimSpace(value), "+") && strings.Contains(value, "(0)") {
		a.refuse(name, "must not have the (0) that is dialled only within a country")
	}
	begun := false
	return strings.Map(func(r rune) rune {
		switch {
		case isDigit(r), r == '+' && !begun:
			begun = true
			return r
		case strings.ContainsRune(".()", r), unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cf):
		default:
			a.refuse(name, "must have only digits, spaces and any of - . ( ), and may begin with +")
		}
		return -1
	}, strings.TrimPrefix(value, "tel:"))
}

// link checks a URL that Flowroute is to call or to fetch, and gives it parsed: nil where it is none.
func (a *arguments) link(name, value string) *url.URL {
	u := webURL(value)
	if u == nil {
		a.refuse(name, "must be an absolute http or https URL")
	}
	return u
}

// webURL is an absolute http or https URL, or nil.
func webURL(value string) *url.URL {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
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
