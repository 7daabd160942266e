package example

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go"
)

// Printable returns text from outside for a terminal: unchanged if all its characters are printable, else quoted. The
// other characters could clear the screen, forge lines, or reverse what is read.
func Printable(text string) string {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// Table prints rows in aligned columns, with cells made [Printable]. The first row is the header.
func Table(out io.Writer, rows [][]string) {
	var aligned strings.Builder
	w := tabwriter.NewWriter(&aligned, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Printable(cell)
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
// code has none. The result is [Printable].
func Phone(number string) string {
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	if len(number) == 11 && number[0] == '1' && !strings.ContainsFunc(number, notDigit) {
		return fmt.Sprintf("+1 %s-%s-%s", number[1:4], number[4:7], number[7:])
	}
	return Printable(number)
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

// Money is an amount of US dollars.
func Money(dollars float64) string { return fmt.Sprintf("$%.2f", dollars) }
