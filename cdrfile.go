package flowroute

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// CDR is a call detail record: a line of the file of an export. What the file leaves out is the zero value. In JSON its
// fields have the names of the file's columns, and durations are decimal numbers of seconds, as in the file.
type CDR struct {
	Direction       string    `json:"direction"`           // inbound or outbound
	StartTime       time.Time `json:"start_time,omitzero"` // UTC
	EndTime         time.Time `json:"end_time,omitzero"`   // UTC
	Destination     string    `json:"destination"`         // the number that was called
	DestinationName string    `json:"destination_name"`    // the place that it belongs to
	NumberAlias     string    `json:"number_alias"`        // of the account's number
	CallerID        string    `json:"callerid"`            // the number that called
	CallerIDCountry string    `json:"callerid_country"`    // the country of that number
	LineInformation string    `json:"line_information"`    // as the file has it; not documented
	Result          string    `json:"result"`              // how the call ended, as the file has it
	CallFailSIPCode string    `json:"call_fail_sip_code"`  // the status code of SIP; empty unless the call failed
	CallFailReason  string    `json:"call_fail_reason"`    // in words; empty unless the call failed

	Duration            time.Duration `json:"duration"`             // how long the call lasted
	BilledDuration      time.Duration `json:"billed_duration"`      // how much of it is paid for
	FirstIncrement      time.Duration `json:"first_increment"`      // the least that is billed
	SubsequentIncrement time.Duration `json:"subsequent_increment"` // the steps in which more is billed

	TotalCost     Nanodollars `json:"total_cost"`      // of the call, with all fees
	Rate          Nanodollars `json:"rate"`            // per minute
	CostSubtotal  Nanodollars `json:"cost_subtotal"`   // without the fees
	ConnectFee    Nanodollars `json:"connect_fee"`     // for connecting the call
	USFFee        Nanodollars `json:"usf_fee"`         // for the Universal Service Fund
	CCRF          Nanodollars `json:"ccrf"`            // the cost recovery fee
	CNAMLookupFee Nanodollars `json:"cnam_lookup_fee"` // for looking the caller's name up

	CustomXTag string `json:"custom_x_tag"` // of SIP's X-Tag header
	CustomerIP string `json:"customer_ip"`  // the IP address of the account's side
}

// MarshalJSON implements [json.Marshaler].
func (c CDR) MarshalJSON() ([]byte, error) { return json.Marshal(c.inSeconds()) }

// UnmarshalJSON implements [json.Unmarshaler].
func (c *CDR) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, c.inSeconds()) }

// inSeconds returns a view of c whose durations are seconds in JSON, which [time.Duration] is not.
func (c *CDR) inSeconds() any {
	type fields CDR // without the methods above
	return &struct {
		*fields
		Duration            *seconds `json:"duration"`
		BilledDuration      *seconds `json:"billed_duration"`
		FirstIncrement      *seconds `json:"first_increment"`
		SubsequentIncrement *seconds `json:"subsequent_increment"`
	}{
		fields:              (*fields)(c),
		Duration:            (*seconds)(&c.Duration),
		BilledDuration:      (*seconds)(&c.BilledDuration),
		FirstIncrement:      (*seconds)(&c.FirstIncrement),
		SubsequentIncrement: (*seconds)(&c.SubsequentIncrement),
	}
}

// seconds is a duration that is a decimal number of seconds in JSON, as exact as [Nanodollars].
type seconds time.Duration

func (s seconds) MarshalJSON() ([]byte, error) { return Nanodollars(s).MarshalJSON() }

func (s *seconds) UnmarshalJSON(b []byte) error {
	if (*Nanodollars)(s).UnmarshalJSON(b) != nil {
		return errNotSeconds
	}
	return nil
}

// Records returns an iterator over the records of a completed export. Ranging over it downloads the file, and yields
// the records as they arrive. It needs little memory, however many there are. An error ends it. Ranging over it again
// downloads the file again.
//
// The account's keys are not sent to the host that has the file. The download is not repeated: when the connection
// breaks, the error says after how many records. An export that is not completed is an [*ArgumentError]. A file that
// has expired is an [*Error] with the status that its host answers, probably [ErrForbidden].
//
// The file is read as [ReadCDRs] reads it. If it ends after fewer records than export.NumCalls, the iterator ends with
// an error that matches [io.ErrUnexpectedEOF]. A NumCalls of 0 is taken as unknown, and more records than NumCalls are
// yielded without an error.
func (s *CDRsService) Records(ctx context.Context, export *CDRExport) iter.Seq2[*CDR, error] {
	return func(yield func(*CDR, error) bool) {
		op := get("cdrs.records", "")
		args := &arguments{op: op.name}
		switch {
		case ctx == nil:
			args.refuse("ctx", "must not be nil")
		case export == nil:
			args.refuse("export", "must not be nil")
		case export.DownloadURL == "":
			args.refuse("export", "must be completed, and have a DownloadURL")
		}
		if args.err != nil {
			yield(nil, args.err)
			return
		}
		file, err := s.client.openFile(ctx, op, export.DownloadURL)
		if err != nil {
			yield(nil, err)
			return
		}
		defer file.Close()
		failed := func(err error) error { return &RequestError{Op: op.name, Attempts: 1, Err: err} }
		n := 0
		for record, err := range ReadCDRs(file) {
			if err != nil {
				yield(nil, failed(err))
				return
			}
			if !yield(record, nil) {
				return
			}
			n++
		}
		if n < export.NumCalls {
			err := fmt.Errorf("the export has %d: %w", export.NumCalls, io.ErrUnexpectedEOF)
			yield(nil, failed(afterRecords(n, err)))
		}
	}
}

// ReadCDRs reads the file of an export from r, compressed or not, and returns an iterator over its records. It needs
// little memory, however many there are. An error ends it, and says after how many records. It can be ranged over
// once.
//
// Columns are known by their names, in any order. The case of a name does not matter, nor do spaces and punctuation in
// it. Unknown columns are ignored. A known column that occurs twice is an error. Semicolons, tabs or vertical bars may
// separate the columns instead of commas, and a first line such as "sep=;" names another separator. Lines end with a
// line feed, a carriage return or both. The text is UTF-8, with or without a byte order mark.
//
// An empty cell is the zero value. A time, duration or amount that can't be read is an error that names the column.
// A record with more or fewer cells than the header is an error, too.
//
// A file that ends before its last record does is an error that matches [io.ErrUnexpectedEOF]. So is a last line
// without a line end, because its last cell may be incomplete. To read a complete file that lacks only that, pass
// [io.MultiReader] of the file and "\n".
func ReadCDRs(r io.Reader) iter.Seq2[*CDR, error] {
	return func(yield func(*CDR, error) bool) {
		file, err := openCDRs(r)
		for n := 0; ; n++ {
			record := new(CDR)
			if err == nil {
				err = file.read(record)
			}
			switch {
			case errors.Is(err, errEnd):
				return
			case err != nil:
				yield(nil, afterRecords(n, err))
				return
			case !yield(record, nil):
				return
			}
		}
	}
}

func afterRecords(n int, err error) error {
	return fmt.Errorf("after %d call detail records: %w", n, err)
}

// cdrReader reads the file of an export.
type cdrReader struct {
	lines   *lineReader
	rows    *csv.Reader
	columns []column
}

// column is a column of a file.
type column struct {
	name string
	set  func(*CDR, string) error // nil if it is not known
}

// maxLine is how many bytes a record may have, so that a file that is none can't fill the memory.
const maxLine = 1 << 20

// openCDRs reads the header of a file.
func openCDRs(r io.Reader) (*cdrReader, error) {
	text, err := decompress(r)
	if err != nil {
		return nil, err
	}
	if err := skipMark(text); err != nil {
		return nil, err
	}
	lines := &lineReader{r: text, left: maxLine}
	rest := bufio.NewReader(lines)
	var line string
	var start bytes.Buffer // up to the first line that is not blank, which shows the separator
	for strings.TrimSpace(line) == "" && err == nil {
		line, err = rest.ReadString('\n')
		start.WriteString(line)
	}
	if err != nil && !lines.ended {
		return nil, err
	}
	known := make(map[string]column)
	for name, set := range cdrColumns() {
		known[columnKey(name)] = column{name, set}
	}
	comma, named := separator(line, known)
	f := &cdrReader{lines: lines, rows: csv.NewReader(io.MultiReader(&start, rest))}
	f.rows.Comma = comma
	f.rows.ReuseRecord = true
	header, err := f.next()
	if named && err == nil {
		f.rows.FieldsPerRecord = 0 // which the line of the separator has set
		header, err = f.next()
	}
	if errors.Is(err, errEnd) {
		return nil, fmt.Errorf("the file has no header: %w", io.ErrUnexpectedEOF)
	}
	unknown := f.setColumns(header, known)
	if unknown != nil && err != nil { // what is wrong with the header matters less if it is none
		err = fmt.Errorf("%w: %w", unknown, err)
	}
	return f, cmp.Or(err, unknown)
}

// setColumns finds the known columns in the header.
func (f *cdrReader) setColumns(header []string, known map[string]column) error {
	f.columns = make([]column, len(header))
	found := make(map[string]bool)
	for i, name := range header {
		c, ok := known[columnKey(name)]
		switch {
		case !ok:
			continue
		case found[c.name]:
			return fmt.Errorf("the header has the column %s twice", c.name)
		}
		f.columns[i] = c
		found[c.name] = true
	}
	if len(found) == 0 {
		return errors.New("the file has no column of call detail records")
	}
	return nil
}

// columnKey returns what is compared of a column's name: "Start Time" and "start_time" are one column.
func columnKey(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// separator returns the character that separates the columns, given the first line. It reports whether the line is not
// the header, but one that names the separator, as spreadsheet programs write it.
func separator(line string, known map[string]column) (comma rune, named bool) {
	const naming = "sep="
	if s := strings.Trim(line, "\"\r\n"); len(s) > len(naming) && strings.EqualFold(s[:len(naming)], naming) {
		comma, _ := utf8.DecodeRuneInString(s[len(naming):])
		return comma, true
	}
	comma, most := ',', 0
	for _, c := range ",;\t|" {
		n := 0
		for name := range strings.SplitSeq(line, string(c)) {
			if _, ok := known[columnKey(name)]; ok {
				n++
			}
		}
		if n > most {
			comma, most = c, n
		}
	}
	return comma, false
}

// errEnd is the end of a file after its last record. Unlike [io.EOF], no reader returns it.
var errEnd = errors.New("end of file")

// next returns the cells of the next row. The cells may be incomplete if there is an error.
func (f *cdrReader) next() ([]string, error) {
	f.lines.left = maxLine
	row, err := f.rows.Read()
	switch {
	case !f.lines.ended || f.rows.InputOffset() < f.lines.total:
		return row, err // it is not the last row
	case f.lines.total > 0 && f.lines.unfinished():
		return row, fmt.Errorf("the last line is incomplete or has no line end: %w", io.ErrUnexpectedEOF)
	case errors.Is(err, io.EOF):
		return nil, errEnd
	}
	return row, err
}

func (f *cdrReader) read(record *CDR) error {
	row, err := f.next()
	if err != nil {
		return err
	}
	for i, c := range f.columns {
		if c.set == nil || row[i] == "" {
			continue
		}
		if err := c.set(record, row[i]); err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
	}
	return nil
}

// decompress reads a file that may be compressed, or may have been decompressed on its way.
func decompress(r io.Reader) (*bufio.Reader, error) {
	buffered := bufio.NewReader(r)
	start, err := buffered.Peek(2)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case !bytes.Equal(start, []byte{0x1f, 0x8b}):
		return buffered, nil
	}
	z, invalid := gzip.NewReader(buffered)
	if invalid != nil {
		return nil, invalid
	}
	return bufio.NewReader(z), nil
}

// skipMark skips the byte order mark of a text. It fails if the text is not UTF-8.
func skipMark(text *bufio.Reader) error {
	start, err := text.Peek(2)
	if err != nil && err != io.EOF {
		return err
	}
	if len(start) == 2 && (start[0] == 0 || start[1] == 0 || start[0] >= 0xfe) { // UTF-16, with or without its mark
		return errors.New("the file is not UTF-8 text")
	}
	const mark = "\ufeff"
	if start, _ = text.Peek(len(mark)); string(start) == mark {
		_, _ = text.Discard(len(mark))
	}
	return nil
}

// lineReader passes the text of a file to a [csv.Reader], which knows no line ends without a line feed.
type lineReader struct {
	r      *bufio.Reader
	left   int   // bytes that may still pass for this record
	total  int64 // bytes that have passed
	last   byte  // the last of them
	quoted bool  // a quoted cell is not ended
	cr     bool  // last was a carriage return
	ended  bool  // r has ended
}

func (l *lineReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("a record has more than 1 MiB")
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.ended = err == io.EOF
	if n == 0 {
		return 0, err
	}
	if l.cr && p[0] == '\n' {
		n = copy(p, p[1:n])
	}
	l.cr = false
	l.endLines(p[:n])
	if n > 0 {
		l.last = p[n-1]
	}
	l.left -= n
	l.total += int64(n)
	return n, err
}

// endLines replaces carriage returns without a line feed by line feeds, except in quotes, where they are text.
func (l *lineReader) endLines(p []byte) {
	for rest := p; len(rest) > 0; {
		line, after, found := bytes.Cut(rest, []byte{'\r'})
		if bytes.Count(line, []byte{'"'})%2 != 0 {
			l.quoted = !l.quoted
		}
		if found && !l.quoted && !bytes.HasPrefix(after, []byte{'\n'}) {
			rest[len(line)] = '\n'
			l.cr = len(after) == 0
		}
		rest = after
	}
}

// unfinished reports whether a line is begun but not ended.
func (l *lineReader) unfinished() bool { return l.quoted || l.last != '\n' }

// cdrColumns are the columns that a file is known to have.
func cdrColumns() map[string]func(*CDR, string) error {
	text := func(field func(*CDR) *string) func(*CDR, string) error {
		return func(c *CDR, s string) error { *field(c) = s; return nil }
	}
	moment := func(field func(*CDR) *time.Time) func(*CDR, string) error { return parsed(field, jsonapi.ParseTime) }
	seconds := func(field func(*CDR) *time.Duration) func(*CDR, string) error { return parsed(field, parseSeconds) }
	money := func(field func(*CDR) *Nanodollars) func(*CDR, string) error { return parsed(field, ParseNanodollars) }
	return map[string]func(*CDR, string) error{
		"direction":            text(func(c *CDR) *string { return &c.Direction }),
		"start_time":           moment(func(c *CDR) *time.Time { return &c.StartTime }),
		"end_time":             moment(func(c *CDR) *time.Time { return &c.EndTime }),
		"destination":          text(func(c *CDR) *string { return &c.Destination }),
		"destination_name":     text(func(c *CDR) *string { return &c.DestinationName }),
		"number_alias":         text(func(c *CDR) *string { return &c.NumberAlias }),
		"callerid":             text(func(c *CDR) *string { return &c.CallerID }),
		"callerid_country":     text(func(c *CDR) *string { return &c.CallerIDCountry }),
		"line_information":     text(func(c *CDR) *string { return &c.LineInformation }),
		"result":               text(func(c *CDR) *string { return &c.Result }),
		"call_fail_sip_code":   text(func(c *CDR) *string { return &c.CallFailSIPCode }),
		"call_fail_reason":     text(func(c *CDR) *string { return &c.CallFailReason }),
		"duration":             seconds(func(c *CDR) *time.Duration { return &c.Duration }),
		"billed_duration":      seconds(func(c *CDR) *time.Duration { return &c.BilledDuration }),
		"first_increment":      seconds(func(c *CDR) *time.Duration { return &c.FirstIncrement }),
		"subsequent_increment": seconds(func(c *CDR) *time.Duration { return &c.SubsequentIncrement }),
		"total_cost":           money(func(c *CDR) *Nanodollars { return &c.TotalCost }),
		"rate":                 money(func(c *CDR) *Nanodollars { return &c.Rate }),
		"cost_subtotal":        money(func(c *CDR) *Nanodollars { return &c.CostSubtotal }),
		"connect_fee":          money(func(c *CDR) *Nanodollars { return &c.ConnectFee }),
		"usf_fee":              money(func(c *CDR) *Nanodollars { return &c.USFFee }),
		"ccrf":                 money(func(c *CDR) *Nanodollars { return &c.CCRF }),
		"cnam_lookup_fee":      money(func(c *CDR) *Nanodollars { return &c.CNAMLookupFee }),
		"custom_x_tag":         text(func(c *CDR) *string { return &c.CustomXTag }),
		"customer_ip":          text(func(c *CDR) *string { return &c.CustomerIP }),
	}
}

// parsed returns a function that sets a field to what a cell is parsed to, unless the cell is blank.
func parsed[T any](field func(*CDR) *T, parse func(string) (T, error)) func(*CDR, string) error {
	return func(c *CDR, s string) (err error) {
		if s = strings.TrimSpace(s); s != "" {
			*field(c), err = parse(s)
		}
		return err
	}
}

var errNotSeconds = errors.New("not a number of seconds")

func parseSeconds(s string) (time.Duration, error) {
	nanoseconds, ok := billionths(s)
	if !ok || nanoseconds < 0 {
		return 0, errNotSeconds
	}
	return time.Duration(nanoseconds), nil
}
