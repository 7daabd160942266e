package flowroute_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// answering is a client to which everything is answered alike, without a network.
func answering(t *testing.T, status int, body string, opts ...flowroute.Option) *flowroute.Client {
	t.Helper()
	transport := roundTripper(func(*http.Request) (*http.Response, error) { return respond(status, body), nil })
	opts = append([]flowroute.Option{
		flowroute.WithHTTPClient(&http.Client{Transport: transport}),
		flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}),
	}, opts...)
	client, err := flowroute.NewClient(accessKey, secretKey, opts...)
	require.NoError(t, err)
	return client
}

// FuzzErrorDocument has any body of an error keep its status, and be told in one line.
func FuzzErrorDocument(f *testing.F) {
	for _, seed := range []string{
		``, `{"errors":[]}`, `{"errors":{}}`, `{"errors":[null,1,"x",[],{}]}`, `{"error":"x"}`, `{"error":""}`, `{"message":7}`, `<html>`,
		`{"errors":[{"detail":"Authentication failed.","id":"7fc8c70a","status":401,"title":"Unauthorized"}]}`,
		`{"errors":[{"detail":{"data":{"attributes":{"zip":["too short"]}}},"id":"15eb464e","status":422}]}`,
		`{"errors":[{"status":"404 Not Found: The requested URL was not found on the server."}]}`,
		`{"errors":[{"detail":[{"a":[[1]]},"\u0000\n\u2028"]}]}`, `{"errors":[{"detail":"cut`, "\xff\xfe",
	} {
		f.Add(422, seed)
	}
	f.Add(503, `{"errors":[]}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 300 || status > 999 {
			t.Skip()
		}
		_, err := answering(t, status, body).Messages.Get(t.Context(), "1")
		var e *flowroute.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, status, e.StatusCode)
		assert.LessOrEqual(t, len(e.Body), 64<<10)
		assert.True(t, strings.HasPrefix(body, string(e.Body)))
		assert.False(t, strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }), "%q", err)
		for _, d := range e.Errors {
			assert.NotEqual(t, flowroute.ErrorDetail{}, d, "an entry without a word")
		}
	})
}

// FuzzPathSegment has nothing that a caller gives for an identifier lead to another URL.
func FuzzPathSegment(f *testing.F) {
	for _, seed := range []string{
		"", ".", "..", "/", "%2e", "%2e%2e%2f", "a/b", "a?b", "a#b", "\\", "a b", "a\x00", "ä", "٢", "12065550100", "mdr2-39cadeace66e",
		"+1 (206) 555-0100", "//example.com", "https://example.com/", ":", "@", "available", "a;b", "a&b=c", "/0!",
	} {
		f.Add(seed)
	}
	path := regexp.MustCompile(`^/v2(\.1)?/(numbers|messages|e911s|routes|cnams)/[0-9A-Za-z_-]+(/relationships/(primary_route|(e911s|cnams)(/[0-9A-Za-z_-]+)?))?$`)
	f.Fuzz(func(t *testing.T, s string) {
		var got *url.URL
		transport := roundTripper(func(r *http.Request) (*http.Response, error) {
			got = r.URL
			return respond(404, ""), nil
		})
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		ctx := t.Context()
		calls := map[string]func() error{
			"/v2/numbers/":  func() error { _, err := client.Numbers.Get(ctx, s); return err },
			"/v2.1/message": func() error { _, err := client.Messages.Get(ctx, s); return err },
			"/v2/cnams/":    func() error { return client.CNAMs.Delete(ctx, s) },
			"/v2/routes/":   func() error { return client.Routes.Delete(ctx, s) },
			"/v2/numbers/12065550100/relationships/e911s/": func() error { return client.E911s.Assign(ctx, "2065550100", s) },
			"/v2/numbers/12065550100/relationships/cnams/": func() error { _, err := client.CNAMs.Assign(ctx, "2065550100", s); return err },
			"/": func() error { return client.Routes.SetPrimary(ctx, s, "1") },
		}
		for prefix, call := range calls {
			got = nil
			err := call()
			require.Error(t, err)
			assert.Equal(t, errors.Is(err, flowroute.ErrInvalidArgument), got == nil)
			if got == nil {
				continue
			}
			assert.Equal(t, "https://api.flowroute.com", got.Scheme+"://"+got.Host)
			assert.Regexp(t, path, got.EscapedPath())
			assert.True(t, strings.HasPrefix(got.EscapedPath(), prefix), got.EscapedPath())
			assert.Equal(t, url.URL{Scheme: "https", Host: "api.flowroute.com", Path: got.Path}, *got, "nothing but a path")
		}

		got = nil
		err = client.Do(ctx, "GET", s, nil, nil, nil)
		require.Error(t, err)
		if got != nil {
			assert.Equal(t, s, got.EscapedPath())
			assert.Equal(t, "https://api.flowroute.com"+s, got.String())
			assert.NotContains(t, strings.Split(got.Path, "/"), "..")
		}
	})
}

// FuzzParsePhone has no digit, letter or + of a number be dropped, and what is returned stand for itself.
func FuzzParsePhone(f *testing.F) {
	for _, seed := range []string{
		"2065550100", "+1 206-555-0100", "206/555-0100", "TEL:+12065550100", "+44 (0)20 7946 0000", "+44 20 7946 0000/01", "+39 (06) 6982", "0044 20",
		"206-555-0100 x123", "1-800-FLOWERS", "+1 +206", "206555010٠", "+44 （0） 20", "206\u2212555\u20110100", "(+44) 20 7946 0000", "20/65550100",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := flowroute.ParsePhone(s)
		if err != nil {
			require.ErrorIs(t, err, flowroute.ErrInvalidArgument)
			assert.Empty(t, got)
			return
		}
		again, err := flowroute.ParsePhone(got)
		require.NoError(t, err)
		assert.Equal(t, got, again)
		if i := strings.IndexByte(s, ':'); i >= 0 {
			assert.Equal(t, "tel", strings.ToLower(s[i-3:i]))
			s = s[i+1:]
		}
		kept := strings.Map(func(r rune) rune {
			if r == '+' || unicode.IsNumber(r) || unicode.IsLetter(r) || unicode.IsMark(r) {
				return r
			}
			return -1
		}, s)
		if strings.HasPrefix(kept, "+") {
			assert.Equal(t, kept[1:], strings.TrimPrefix(got, "+"))
		} else {
			assert.Equal(t, "1"+kept[max(0, len(kept)-10):], got)
			assert.Contains(t, []int{10, 11}, len(kept))
		}
	})
}

// FuzzReply has a number of a response, whatever it is, be replied to as the number that it is or not at all.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		"", "+", "1", "12345", "+12345", "FLWRT", "2065550199", "+2065550199", "12065550199", "+12065550199", "11065550199",
		"20 655 50199", "+20 655 50199", "206-555-0199", "+1 (206) 555-0199", "442079460000", "+44 (0)20 7946 0000", "4402079460000",
		"00442079460000", "011442079460000", "02079460000", "0206555019", "999999999999999", "9999999999999999", "anonymous", "+٢٠", " 2065550199",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("no JSON")
		}
		quoted, err := json.Marshal(s)
		require.NoError(t, err)
		body := fmt.Sprintf(`{"data":{"type":"message","id":"1","attributes":{"from":%[1]s,"to":%[1]s}}}`, quoted)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		event, err := flowroute.ParseWebhook(r)
		require.NoError(t, err)
		from := event.(*flowroute.InboundMessage).From
		assert.Equal(t, from, event.(*flowroute.InboundMessage).To)
		message, err := answering(t, 200, body).Messages.Get(t.Context(), "1")
		require.NoError(t, err)
		assert.Equal(t, from, message.From)

		digits := strings.TrimPrefix(s, "+")
		onlyDigits := !strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
		reply, err := flowroute.ParsePhone(from)
		switch {
		case !onlyDigits:
			assert.Equal(t, s, from)
			want, wantErr := flowroute.ParsePhone(s)
			assert.Equal(t, want, reply)
			assert.Equal(t, wantErr == nil, err == nil)
		case err == nil: // it begins with the country code, with a + or without
			assert.Equal(t, digits, strings.TrimPrefix(reply, "+"))
		}
	})
}

// FuzzResource has each operation make of any answer either a value, which goes through encoding/json and comes back,
// or an error, and the same every time.
func FuzzResource(f *testing.F) {
	for _, op := range operations() {
		f.Add(op.answer)
	}
	for _, seed := range []string{
		`{"data":{}}`, `{"data":[{}]}`, `{"data":[null]}`, `{"data":{"data":{"id":1}}}`, `{"data":{"id":{}}}`, `[]`, `{"data":{"type":"x","attributes":null}}`,
		`{"data":{"id":"1","relationships":{"primary_route":{"data":{"id":null,"type":"route"}},"media":{"data":[{}]}}},"included":[{},{"type":"route","attributes":7}]}`,
		`{"data":[{"id":"1","attributes":{"timestamp":"Fri, 01 Jun 2018 00:17:52 GMT","is_mms":"true","amount_nanodollars":"7","to":12065550100}}]}`,
	} {
		f.Add(seed)
	}
	ops := operations()
	f.Fuzz(func(t *testing.T, body string) {
		client := answering(t, 200, body)
		for _, op := range ops {
			value, err := op.call(t.Context(), client)
			again, err2 := op.call(t.Context(), client)
			assert.Equal(t, value, again)
			assert.Equal(t, err == nil, err2 == nil)
			if op.want == nil {
				require.NoError(t, err)
				continue
			}
			if err != nil {
				assert.True(t, reflect.ValueOf(value).IsNil(), "a value beside an error")
				continue
			}
			require.False(t, reflect.ValueOf(value).IsNil(), "neither a value nor an error")
			b, err := json.Marshal(value)
			if err != nil {
				continue // a time outside of the years that JSON can tell
			}
			back := reflect.New(reflect.TypeOf(value).Elem())
			require.NoError(t, json.Unmarshal(b, back.Interface()))
			b2, err := json.Marshal(back.Interface())
			require.NoError(t, err)
			assert.Equal(t, string(b), string(b2))
		}
	})
}

// FuzzSafeFileName has whatever a sender calls a file be a name that can be saved under.
func FuzzSafeFileName(f *testing.F) {
	for _, seed := range []string{"IMG_6692.jpg", "../../x", "..", "", "a:b", "CON.txt", "\u202e.\xff", strings.Repeat("é", 99) + ".tar.gz"} {
		f.Add(seed, "1490420351891410944-"+seed)
	}
	f.Fuzz(func(t *testing.T, name, id string) {
		assertSafeFileName(t, (&flowroute.Media{FileName: name, ID: id}).SafeFileName())
	})
}

var decimal = regexp.MustCompile(`^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$`)

// inBillionths is what a decimal number is in billionths by math/big, rounded half away from zero. It reports false if
// s is not a number, or is out of the range of int64.
func inBillionths(s string) (int64, bool) {
	parts := decimal.FindStringSubmatch(s)
	if parts == nil || parts[2]+parts[3] == "" {
		return 0, false
	}
	n, _ := new(big.Int).SetString(parts[2]+parts[3], 10)
	exponent, _ := new(big.Int).SetString(cmp.Or(parts[4], "0"), 10)
	exponent.Add(exponent, big.NewInt(int64(9-len(parts[3]))))
	if n.Sign() == 0 {
		return 0, true
	}
	if exponent.CmpAbs(big.NewInt(int64(len(s)+20))) > 0 {
		return 0, exponent.Sign() < 0 // such a number is next to nothing, or far too large
	}
	power := new(big.Int).Exp(big.NewInt(10), new(big.Int).Abs(exponent), nil)
	if exponent.Sign() < 0 {
		n.Add(n, new(big.Int).Rsh(power, 1)).Quo(n, power)
	} else {
		n.Mul(n, power)
	}
	if parts[1] == "-" {
		n.Neg(n)
	}
	if !n.IsInt64() {
		return 0, false
	}
	return n.Int64(), true
}

// FuzzDecimal checks amounts of money and durations against math/big.
func FuzzDecimal(f *testing.F) {
	for _, seed := range []string{
		"0", "-0", "+1", ".5", "5.", "1e9", "1E-3", "1e-40", "1e400", "0x10", "1_000", "1,000.00", "NaN", "", "-", ".", "e5", "1.001", "0.0000000005",
		"9223372036.854775807", "9223372036.8547758075", "-9223372036.854775808", "-9223372036.8547758085", "18446744073.7095516155",
	} {
		f.Add(seed, int64(len(seed)))
	}
	f.Add("", int64(math.MinInt64))
	f.Add("", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, s string, n int64) {
		want, ok := inBillionths(s)
		amount, err := flowroute.ParseNanodollars(s)
		require.Equal(t, ok || s == "", err == nil, "%q: %v", s, err)
		assert.Equal(t, want, int64(amount), s)

		back, err := flowroute.ParseNanodollars(flowroute.Nanodollars(n).String())
		require.NoError(t, err)
		assert.Equal(t, flowroute.Nanodollars(n), back)

		b, err := json.Marshal(flowroute.Nanodollars(n))
		require.NoError(t, err)
		written, ok2 := inBillionths(string(b))
		require.True(t, ok2, "%s", b)
		assert.Equal(t, n, written)
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, flowroute.Nanodollars(n), back)
		if json.Valid([]byte(s)) && strings.Trim(s, "-.0123456789eE+") == "" {
			back = 0
			require.Equal(t, ok, json.Unmarshal([]byte(s), &back) == nil, s)
			assert.EqualValues(t, want, back, s)
		}

		if strings.TrimSpace(s) != s || s == "" || strings.ContainsAny(s, "\"\r\n\x00\ufeff,") {
			return
		}
		found, err := readCDRs(strings.NewReader("direction,duration\ninbound," + s + "\n"))
		require.Equal(t, ok && want >= 0, err == nil, "%q: %v", s, err)
		if err == nil {
			assert.Equal(t, time.Duration(want), found[0].Duration, s)
		}
	})
}

// FuzzReadCDRs reads any file alike in one piece and byte by byte. What it reads before a cut are the records of the
// whole file, without any that is incomplete.
func FuzzReadCDRs(f *testing.F) {
	for _, seed := range []string{
		cdrFile, strings.ReplaceAll(cdrFile, "\n", "\r"), strings.ReplaceAll(cdrFile, "\n", "\r\n"), "\ufeff\"direction\"\n\"inbound\"\n",
		"sep=;\ndirection;result\r\n\"a\r\nb\r\";c\r\n\r\n", "direction\r\r\n\n\rx\r\r\n", "direction,rate\n\"\"\"\",1e-9\n\"\n", "\x1f\x8b", "\xff\xfe", "",
	} {
		f.Add(seed, uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, file string, cut uint16) {
		found, err := readCDRs(strings.NewReader(file))
		again, err2 := readCDRs(iotest.OneByteReader(strings.NewReader(file)))
		assert.Equal(t, found, again)
		assert.Equal(t, fmt.Sprint(err), fmt.Sprint(err2))
		if err != nil || int(cut) > len(file) || strings.HasPrefix(file, "\x1f\x8b") {
			return
		}
		before, err := readCDRs(strings.NewReader(file[:cut]))
		require.LessOrEqual(t, len(before), len(found))
		assert.Equal(t, found[:len(before)], append(found[:0:0], before...))
		if err == nil && cut > 0 {
			assert.Contains(t, "\r\n", file[cut-1:cut], "a cut within a line")
		}
	})
}
