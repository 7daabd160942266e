package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
)

// recipient is who gets a text.
type recipient struct {
	number string // as flowroute.ParsePhone returns it, and as Flowroute's records have it
	body   string // the text for this one
}

// readRecipients reads a CSV file. Whatever is wrong in any of its lines is told before anything is sent; a number that
// comes again, in whatever notation, is passed over.
func (p *program) readRecipients(name string, in io.Reader) ([]recipient, error) {
	const enough = 10
	rows := csv.NewReader(in)
	columns, err := readHeader(rows, p.text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var recipients []recipient
	var wrong []error
	known, again := map[string]bool{}, 0
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err) // it tells the line
		}
		r, err := p.recipient(columns, row)
		switch {
		case err != nil:
			line, _ := rows.FieldPos(0)
			if wrong = append(wrong, fmt.Errorf("%s: line %d: %w", name, line, err)); len(wrong) == enough {
				return nil, errors.Join(wrong...)
			}
		case known[r.number]:
			again++
		default:
			known[r.number] = true
			recipients = append(recipients, r)
		}
	}
	fmt.Fprintf(p.out, "Recipients in %s: %d", name, len(recipients))
	if again > 0 {
		fmt.Fprintf(p.out, ", lines with a number again, which were passed over: %d", again)
	}
	fmt.Fprintln(p.out)
	return recipients, errors.Join(wrong...)
}

// placeholder is where the text has what a column has.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// column is the name of the column that a placeholder, or a header, means.
func column(name string) string {
	return strings.ToLower(strings.Trim(name, "{} \t\ufeff"))
}

// readHeader reads the names of the columns, of which number and those in the text have to be there.
func readHeader(rows *csv.Reader, text string) ([]string, error) {
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: it must begin with the names of its columns")
	}
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	columns := make([]string, len(header))
	for i, name := range header {
		columns[i] = column(name)
		has[columns[i]] = true
	}
	if !has["number"] {
		return nil, errors.New(`the first line must have the names of the columns, and one of them must be "number"`)
	}
	for _, name := range placeholder.FindAllString(text, -1) {
		if !has[column(name)] {
			return nil, example.Usage("-text has %s, but there is no such column", name)
		}
	}
	return columns, nil
}

// recipient makes a recipient of a line.
func (p *program) recipient(columns, row []string) (recipient, error) {
	values := map[string]string{}
	for i, name := range columns {
		values[name] = strings.TrimSpace(row[i])
	}
	number, err := flowroute.ParsePhone(values["number"])
	if e, ok := errors.AsType[*flowroute.ArgumentError](err); ok {
		return recipient{}, fmt.Errorf("the number %s", e.Reason)
	}
	if err != nil {
		return recipient{}, err
	}
	body, err := p.body(values)
	return recipient{number, body}, err
}

// body is the text with what the columns have. Nothing is replaced in what comes from a column.
func (p *program) body(values map[string]string) (string, error) {
	var err error
	body := placeholder.ReplaceAllStringFunc(p.text, func(name string) string {
		value := values[column(name)]
		if value == "" {
			err = fmt.Errorf("the text needs %s, which is empty", name)
		}
		return value
	})
	if p.plain {
		body = flowroute.StraightQuotes(body)
	}
	if !utf8.ValidString(body) {
		err = errors.New("the text is not UTF-8: save the file as UTF-8")
	}
	return body, err
}
