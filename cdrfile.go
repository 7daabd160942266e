package flowroute

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// CDR is a call detail record: a line of the file of an export. What the file leaves out is the zero value. Money is in
// USD.
type CDR struct {
	Direction       string    // inbound or outbound
	StartTime       time.Time // UTC
	EndTime         time.Time // UTC
	Destination     string    // the number that was called
	DestinationName string    // the place that it belongs to
	NumberAlias     string    // of the account's number
	CallerID        string    // the number that called
	CallerIDCountry string    // the country of that number
	LineInformation string    // as the file has it; not documented
	Result          string    // how the call ended, as the file has it
	CallFailSIPCode string    // the status code of SIP; empty unless the call failed
	CallFailReason  string    // in words; empty unless the call failed

	Duration            time.Duration // how long the call lasted
	BilledDuration      time.Duration // how much of it is paid for
	FirstIncrement      time.Duration // the least that is billed
	SubsequentIncrement time.Duration // the steps in which more is billed

	TotalCost     Nanodollars // of the call, with all fees
	Rate          Nanodollars // per minute
	CostSubtotal  Nanodollars // without the fees
	ConnectFee    Nanodollars // for connecting the call
	USFFee        Nanodollars // for the Universal Service Fund
	CCRF          Nanodollars // the cost recovery fee
	CNAMLookupFee Nanodollars // for looking the caller's name up

	CustomXTag string // of SIP's X-Tag header
	CustomerIP string // the IP address of the account's side
}

// Records returns an iterator over the records of a completed export. Ranging over it downloads the file, and yields
// the records as they arrive. It needs little memory, however many there are. An error ends it. Ranging over it again
// downloads the file again.
//
// The account's keys are not sent to the host that has the file. The download is not repeated: when the connection
// breaks, the error says after how many records. An export that is not completed is an [*ArgumentError]. A file that
// has expired is an [*Error] with the status that its host answers, probably [ErrForbidden].
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
		for record, err := range ReadCDRs(file) {
			if err != nil {
				err = &RequestError{Op: op.name, Attempts: 1, Err: err}
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// ReadCDRs reads the file of an export from r, compressed or not, and returns an iterator over its records. It needs
// little memory, however many there are. An error ends it, and says after how many records. Columns are known by their
// names, in any order; unknown ones are ignored. It can be ranged over once.
func ReadCDRs(r io.Reader) iter.Seq2[*CDR, error] {
	return func(yield func(*CDR, error) bool) {
		limited := &lineLimit{left: maxLine}
		rows, columns, err := openCDRs(r, limited)
		for n := 0; ; n++ {
			record := new(CDR)
			if err == nil {
				limited.left = maxLine
				err = readCDR(rows, columns, record)
			}
			switch {
			case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
				return
			case err != nil:
				yield(nil, fmt.Errorf("after %d call detail records: %w", n, err))
				return
			case !yield(record, nil):
				return
			}
		}
	}
}

// column is a column of a file.
type column struct {
	name string
	set  func(*CDR, string) error // nil if it is not known
}

// openCDRs reads the header of a file.
func openCDRs(r io.Reader, limited *lineLimit) (*csv.Reader, []column, error) {
	var err error
	if limited.r, err = decompress(r); err != nil {
		return nil, nil, err
	}
	rows := csv.NewReader(limited)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, errors.New("the file has no header")
	}
	if err != nil {
		return nil, nil, err
	}
	known, found := cdrColumns(), false
	columns := make([]column, len(header))
	for i, name := range header {
		name = strings.TrimPrefix(name, "\ufeff")
		columns[i] = column{name, known[name]}
		found = found || columns[i].set != nil
	}
	if !found {
		return nil, nil, errors.New("the file has no column of call detail records")
	}
	return rows, columns, nil
}

// maxLine is how many bytes a record may have, so that a file that is none can't fill the memory.
const maxLine = 1 << 20

// lineLimit lets through so many bytes, until there are more for the next record.
type lineLimit struct {
	r    io.Reader
	left int
}

func (l *lineLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("a record has more than 1 MiB")
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// decompress reads a file that may be compressed, or may have been decompressed on its way.
func decompress(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	if start, _ := buffered.Peek(2); !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return buffered, nil // an error comes again when it is read
	}
	return gzip.NewReader(buffered)
}

func readCDR(rows *csv.Reader, columns []column, record *CDR) error {
	row, err := rows.Read()
	if err != nil {
		return err
	}
	for i, c := range columns {
		if c.set == nil || row[i] == "" {
			continue
		}
		if err := c.set(record, row[i]); err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
	}
	return nil
}

// cdrColumns are the columns that a file is known to have.
func cdrColumns() map[string]func(*CDR, string) error {
	text := func(field func(*CDR) *string) func(*CDR, string) error {
		return func(c *CDR, s string) error { *field(c) = s; return nil }
	}
	moment := func(field func(*CDR) *time.Time) func(*CDR, string) error {
		return func(c *CDR, s string) (err error) { *field(c), err = jsonapi.ParseTime(s); return err }
	}
	seconds := func(field func(*CDR) *time.Duration) func(*CDR, string) error {
		return func(c *CDR, s string) (err error) { *field(c), err = parseSeconds(s); return err }
	}
	money := func(field func(*CDR) *Nanodollars) func(*CDR, string) error {
		return func(c *CDR, s string) (err error) { *field(c), err = ParseNanodollars(s); return err }
	}
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

func parseSeconds(s string) (time.Duration, error) {
	seconds, err := strconv.ParseFloat(s, 64)
	if err != nil || !(seconds >= 0 && seconds <= math.MaxInt64/1e9) {
		return 0, errors.New("not a number of seconds")
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
