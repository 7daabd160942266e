package fake

import (
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CallPeriod is the time over which the calls of the account are spread. It ends at the time of [Account.SetCalls].
const CallPeriod = 90 * 24 * time.Hour

// SetCalls gives the account n past calls, made and received at even distances in the [CallPeriod] before now. Exports
// of call detail records have these from now on. Each is made up when it is needed, so that there may be millions.
func (a *Account) SetCalls(n int, now time.Time) {
	a.calls = callHistory{n, now.Truncate(time.Second)}
}

// callHistory are the calls of the account.
type callHistory struct {
	count int
	end   time.Time
}

// money is a sum in millionths of a dollar.
type money int64

// total is the sum as exports have it.
func (m money) total() string {
	if m == 0 {
		return "0.0"
	}
	return string(m.append(nil))
}

func (m money) append(b []byte) []byte {
	b = strconv.AppendInt(b, int64(m/1e6), 10)
	b = append(b, '.')
	var space [8]byte
	digits := strconv.AppendInt(space[:0], int64(1e6+m%1e6), 10)
	return append(b, digits[1:]...)
}

// costs are what a call costs, or several.
type costs struct {
	subtotal, connectFee, usfFee, ccrf, cnamLookupFee money
}

func (c costs) cost() money {
	return c.subtotal + c.connectFee + c.usfFee + c.ccrf + c.cnamLookupFee
}

// callTotals are the sums over calls.
type callTotals struct {
	costs
	calls, billedSeconds int
}

func (h callHistory) totals(f callFilter) (t callTotals) {
	for r := range h.all(f) {
		t.calls++
		t.billedSeconds += r.billed
		t.subtotal += r.subtotal
		t.connectFee += r.connectFee
		t.usfFee += r.usfFee
		t.ccrf += r.ccrf
		t.cnamLookupFee += r.cnamLookupFee
	}
	return t
}

// callRecord is the detail record of a call.
type callRecord struct {
	costs
	inbound          bool
	start            time.Time
	destination      string // with a plus sign
	caller           string // in the form in which it came
	alias            string // of the account's number
	destinationName  string
	country          string // of the caller
	result           callResult
	duration, billed int // in seconds
	rate             money
	increments       int // first and subsequent, in seconds
	tag              string
	ip               string
}

// callResult is how a call ended. The words are made up.
type callResult struct {
	result, sipCode, reason string
}

var (
	callAnswered = callResult{"completed", "", ""}
	callFailures = []callResult{
		{"failed", "486", "Busy Here"},
		{"failed", "404", "Not Found"},
		{"cancelled", "487", "Request Terminated"},
	}
)

// What the calls are made up of. Some of it takes care to read.
var (
	callAliases      = []string{"Office 221", "Office 888", "Home Phone", "", `Front desk, "main"`, "Büro"}
	callNumbers      = []string{LongCode, TollFree, secondLongCode, canadianLongCode}
	callDestinations = []string{"Seattle, WA", "Toll Free", "New York, NY", "Vancouver, BC"}
	callTags         = []string{"", "", "campaign-7", "blue"}
	callAddresses    = []string{"192.0.2.10", "192.0.2.11", "198.51.100.7"}
)

// all yields the calls that a filter lets through, in the order in which they began.
func (h callHistory) all(f callFilter) iter.Seq[callRecord] {
	return func(yield func(callRecord) bool) {
		first := h.end.Add(-CallPeriod)
		for i := range h.count {
			// The product would overflow with nanoseconds.
			seconds := int64(CallPeriod/time.Second) * int64(i) / int64(h.count)
			start := first.Add(time.Duration(seconds) * time.Second)
			if start.Before(f.start) || !start.Before(f.end) {
				continue
			}
			if r := makeCall(i, start); f.match(&r) && !yield(r) {
				return
			}
		}
	}
}

// makeCall makes the nth call up.
func makeCall(n int, start time.Time) callRecord {
	chance := mixed(uint64(n))
	pick := func(choices uint64) uint64 {
		chosen := chance % choices
		chance = chance/choices ^ chance<<32
		return chosen
	}
	number := pick(uint64(len(callNumbers)))
	other := "1206555" + strconv.Itoa(int(1000+pick(9000)))
	r := callRecord{
		inbound:         pick(3) > 0,
		start:           start,
		destination:     "+" + callNumbers[number],
		caller:          other,
		destinationName: callDestinations[number],
		alias:           callAliases[pick(uint64(len(callAliases)))],
		country:         "US",
		result:          callAnswered,
		increments:      6,
		rate:            12_000,
		tag:             callTags[pick(uint64(len(callTags)))],
		ip:              callAddresses[pick(uint64(len(callAddresses)))],
	}
	if pick(2) == 0 {
		r.caller = "+" + other // callers come with and without
	}
	if r.inbound {
		r.cnamLookupFee = money(pick(2)) * 3_900
	} else {
		r.destination, r.caller, r.destinationName = "+"+other, "+"+callNumbers[number], callDestinations[0]
		r.rate, r.increments = 9_800, 60
		r.connectFee = money(pick(5)/4) * 2_500
	}
	if pick(8) == 0 {
		r.result = callFailures[pick(uint64(len(callFailures)))]
		r.costs = costs{}
		return r
	}
	r.duration = int(1 + pick(1200))
	r.billed = (r.duration + r.increments - 1) / r.increments * r.increments
	r.subtotal = r.rate * money(r.billed) / 60
	if !r.inbound {
		r.usfFee = r.subtotal / 7
	}
	r.ccrf = money(pick(2)) * 137
	return r
}

// mixed is a number that looks like chance, and is always the same for one n.
func mixed(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// callTime is a time as the files of exports have it.
const callTime = "2006-01-02 15:04:05+00"

// appendRow appends the record in the order of callColumns.
func (r *callRecord) appendRow(b []byte) []byte {
	text := func(s string) {
		if strings.ContainsAny(s, `,"`) {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		b = append(append(b, s...), ',')
	}
	number := func(n int) { b = append(strconv.AppendInt(b, int64(n), 10), ',') }
	sum := func(m money) { b = append(m.append(b), ',') }

	direction := "outbound"
	if r.inbound {
		direction = "inbound"
	}
	text(direction)
	b = append(r.start.AppendFormat(b, callTime), ',')
	b = append(r.start.Add(time.Duration(r.duration)*time.Second).AppendFormat(b, callTime), ',')
	text(r.destination)
	text(r.alias)
	text(r.caller)
	sum(r.cost())
	text(r.destinationName)
	text(r.country)
	text("")
	text(r.result.result)
	text(r.result.sipCode)
	text(r.result.reason)
	number(r.duration)
	number(r.billed)
	sum(r.rate)
	number(r.increments)
	number(r.increments)
	sum(r.subtotal)
	sum(r.connectFee)
	sum(r.usfFee)
	sum(r.ccrf)
	sum(r.cnamLookupFee)
	text(r.tag)
	return append(append(b, r.ip...), '\n')
}

// callFilter says which calls are exported. A list that is empty lets all through.
type callFilter struct {
	start, end            time.Time // from and up to which they began
	aliases, aliasParts   []string
	destinations, callers []string // without plus signs
	tags                  []string
	ip                    string
	longerThan            float64 // seconds
}

// callFilter reads which calls to export. The API has more filters than these; their names aren't known.
func (in *reader) callFilter() callFilter {
	f := callFilter{
		start:        in.requiredTime("start_call_start_time"),
		end:          in.requiredTime("start_call_end_time"),
		aliases:      in.texts("number_aliases"),
		aliasParts:   in.texts("number_aliases_contains"),
		destinations: trimPlus(in.texts("destination_numbers", matches(digitsPattern))),
		callers:      trimPlus(in.texts("callerid_numbers", matches(digitsPattern))),
		tags:         in.texts("custom_x_tags"),
		ip:           in.text("caller_ip", ipAddress),
		longerThan:   in.number("duration_greater_than", -1),
	}
	if in.has("custom_x_tag") { // its older name
		f.tags = append(f.tags, in.textOrTexts("custom_x_tag")...)
	}
	switch {
	case len(in.problems) > 0:
	case !f.start.Before(f.end):
		in.problems.add("start_call_end_time", "Must be after start_call_start_time.")
	case f.end.Sub(f.start) > maxExportWindow:
		in.problems.add("start_call_end_time", "Must be at most 92 days after start_call_start_time.")
	}
	return f
}

func trimPlus(numbers []string) []string {
	for i, n := range numbers {
		numbers[i] = digits11(n)
	}
	return numbers
}

func ipAddress(s string) string {
	if _, err := netip.ParseAddr(s); err != nil {
		return "Not a valid IP address."
	}
	return ""
}

func (f callFilter) match(r *callRecord) bool {
	has := func(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
	hasPart := func(part string) bool { return strings.Contains(r.alias, part) }
	return has(f.aliases, r.alias) &&
		(len(f.aliasParts) == 0 || slices.ContainsFunc(f.aliasParts, hasPart)) &&
		has(f.destinations, digits11(r.destination)) &&
		has(f.callers, digits11(r.caller)) &&
		has(f.tags, r.tag) &&
		(f.ip == "" || f.ip == r.ip) &&
		float64(r.duration) > f.longerThan
}
