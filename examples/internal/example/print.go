package example

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go"
)

// Table prints rows in aligned columns, with each cell [Plain]. The first row is the header.
func Table(out io.Writer, rows [][]string) {
	var aligned strings.Builder
	w := tabwriter.NewWriter(&aligned, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Plain(cell)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if len(rows) == 1 {
		fmt.Fprintln(w, "none")
	}
	w.Flush()
	for line := range strings.Lines(aligned.String()) {
		fmt.Fprintln(out, " ", strings.TrimRight(line, " \n")) // what an empty cell leaves behind
	}
}

// Phone is a number, in the form that models have, as people write it. One from abroad has its + already, and a short
// code has none. The result is [Plain].
func Phone(number string) string {
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	if len(number) == 11 && number[0] == '1' && !strings.ContainsFunc(number, notDigit) {
		return fmt.Sprintf("+1 %s-%s-%s", number[1:4], number[4:7], number[7:])
	}
	return Plain(number)
}

// PhoneFlag is a flag that takes a phone number in any common notation. What can't be one is refused on the command
// line, before a program that would need it in the end has spent anything.
func PhoneFlag(flags *flag.FlagSet, value *string, name, usage string) {
	flags.Func(name, usage, func(s string) error {
		if _, err := flowroute.ParsePhone(s); err != nil {
			return fmt.Errorf("%q is not a phone number with its area code", s)
		}
		*value = s
		return nil
	})
}

// MoneyFlag is a flag that takes an amount of US dollars.
func MoneyFlag(flags *flag.FlagSet, value *flowroute.Nanodollars, name, usage string) {
	flags.Func(name, usage, func(s string) error {
		amount, err := flowroute.ParseNanodollars(s)
		if s == "" || err != nil || amount < 0 {
			return errors.New("it must be an amount of dollars, such as 1.25")
		}
		*value = amount
		return nil
	})
}

// Plain returns text from others as it can be printed to a terminal: U+FFFD replaces what would control it, such as an
// escape sequence, a line break or a change of the direction of writing.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// Cell returns text from others as a cell of a CSV file: [Plain], and with ' before what a spreadsheet program would
// run as a formula. A number stays as it is, such as +12065550100 and -1.25.
func Cell(s string) string {
	parts := strings.Split(Plain(s), ";") // which separates cells where the decimal point is a comma
	for i, part := range parts {
		start := strings.TrimLeftFunc(part, func(r rune) bool {
			return r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsGraphic(r)
		})
		sign, _ := utf8.DecodeRuneInString(start)
		if strings.ContainsRune("=+-@＝＋－＠", sign) && !number.MatchString(part) {
			parts[i] = "'" + part
		}
	}
	return strings.Join(parts, ";")
}

var number = regexp.MustCompile(`^[+-][0-9]+(\.[0-9]+)?$`)
