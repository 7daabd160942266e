package example

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/flowroute/flowroute-go"
)

// Table prints rows in aligned columns. The first row is the header.
func Table(out io.Writer, rows [][]string) {
	var aligned strings.Builder
	w := tabwriter.NewWriter(&aligned, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
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
// code has none.
func Phone(number string) string {
	if len(number) == 11 && number[0] == '1' {
		return fmt.Sprintf("+1 %s-%s-%s", number[1:4], number[4:7], number[7:])
	}
	return number
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
