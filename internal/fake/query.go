package fake

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// queryParameters are the names of the parameters that operations take, those that they ignore among them, which some
// official SDK sends. All others take none.
var queryParameters = map[string]string{
	"numbers.listAreaCodes": "max_setup_cost limit offset",
	"numbers.listExchanges": "max_setup_cost areacode limit offset",
	"numbers.listTiers":     "limit offset",
	"numbers.search": "state contains ends_with rate_center starts_with number_type iso_country tier order_by " +
		"limit offset",
	"numbers.purchase":  "cnam_lookups_enabled messaging_enabled messaging_email messaging_callback_url",
	"numbers.list":      "contains ends_with starts_with alias tier limit offset",
	"routes.list":       "route_type limit offset",
	"messages.list":     "start_date end_date limit offset",
	"e911s.list":        "state label street_name city limit offset",
	"e911s.listNumbers": "limit offset",
	"cnams.list":        "is_approved value limit offset contains ends_with starts_with", // the last three are ignored
	"porting.list": "status alias completion_date numbers numbers[] created_after created_before modified_after " +
		"modified_before completed_after completed_before order limit offset is_approved", // the last is ignored
	"porting.getGroup": "group_id status",
	"cdrs.list":        "status limit offset",
}

// unknownParameters is the error for the parameters of a query that its operation doesn't take.
func (op Operation) unknownParameters(query url.Values) error {
	unknown := unknownNames(query, strings.Fields(queryParameters[op.Name])...)
	if len(unknown) > 0 && !op.presigned() {
		return unprocessable(unknown)
	}
	return nil
}

// query reads the parameters of a list: what it found wrong with them, and how the links of the list repeat
// them, in the order in which they were read.
type query struct {
	values        url.Values
	problems      problems
	echoes        []string
	limit, offset int
}

// defaultLimit is the size of a page whose request doesn't say. (For messages the API's own default isn't known.)
const defaultLimit = 10

// parameters begins to read the parameters of a list.
func (c *Call) parameters() *query {
	return &query{values: c.query, problems: problems{}}
}

// echo has the links repeat a parameter, unless it is empty.
func (q *query) echo(name, value string) {
	if value != "" {
		q.echoes = append(q.echoes, name+"="+url.QueryEscape(value))
	}
}

// err is the error for what was found wrong with the parameters, where anything was.
func (q *query) err() error {
	if len(q.problems) > 0 {
		return unprocessable(q.problems)
	}
	return nil
}

// text reads a parameter as it is.
func (q *query) text(name string, checks ...check) string {
	return q.normalized(name, func(s string) string { return s }, checks...)
}

// normalized reads a parameter and repeats it in the API's own spelling.
func (q *query) normalized(name string, normal func(string) string, checks ...check) string {
	value := q.values.Get(name)
	if value == "" {
		return ""
	}
	value = normal(value)
	for _, check := range checks {
		if problem := check(value); problem != "" {
			q.problems.add(name, problem)
		}
	}
	q.echo(name, value)
	return value
}

var digitsPattern = regexp.MustCompile(`^\+?[0-9]+$`)

// digits reads the digits of part of a phone number.
func (q *query) digits(name string) string {
	return q.text(name, matches(digitsPattern))
}

// firstDigits reads the digits that a phone number begins with, to which country code 1 is added unless they have
// one.
func (q *query) firstDigits(name string) string {
	withCountry := func(s string) string {
		if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "1") {
			return s
		}
		return "1" + s
	}
	return strings.TrimPrefix(q.normalized(name, withCountry, matches(digitsPattern)), "+")
}

// cost reads a sum of money, of which the links repeat the whole dollars only. Without one it is infinite.
func (q *query) cost(name string) float64 {
	if !q.values.Has(name) {
		return math.Inf(1)
	}
	cost, err := strconv.ParseFloat(q.values.Get(name), 64)
	if err != nil || math.IsInf(cost, 0) || math.IsNaN(cost) {
		q.problems.add(name, notNumber)
		return 0
	}
	q.echo(name, strconv.FormatFloat(math.Trunc(cost), 'f', 0, 64))
	return cost
}

// flag reads a boolean, which the links repeat capitalized. It is nil where there is none.
func (q *query) flag(name string) *bool {
	if !q.values.Has(name) {
		return nil
	}
	value, valid := flag(q.values.Get(name))
	if !valid {
		q.problems.add(name, notFlag)
		return nil
	}
	q.echo(name, map[bool]string{true: "True", false: "False"}[value])
	return &value
}

// date reads a date or a date and time, in UTC unless it says otherwise. It is zero where there is none.
func (q *query) date(name string) time.Time {
	if !q.values.Has(name) {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, q.values.Get(name)); err == nil {
			q.echo(name, t.UTC().Format("2006-01-02T15:04:05.999999-07:00"))
			return t.UTC()
		}
	}
	q.problems.add(name, notDate)
	return time.Time{}
}

// integer reads a whole number of at least least, and at most most where that isn't 0.
func (q *query) integer(name string, fallback, least, most int) int {
	if !q.values.Has(name) {
		return fallback
	}
	n, err := strconv.Atoi(q.values.Get(name))
	switch {
	case err != nil:
		q.problems.add(name, notInteger)
	case most != 0 && (n < least || n > most):
		q.problems.add(name, fmt.Sprintf("Must be greater than or equal to %d and less than or equal to %d.", least, most))
	case n < least:
		q.problems.add(name, fmt.Sprintf("Must be greater than or equal to %d.", least))
	default:
		return n
	}
	return fallback
}

// page reads which part of the list is asked for: at most most records at once, or any number where that is 0.
func (q *query) page(most int) {
	q.limit = q.integer("limit", defaultLimit, 1, most)
	q.echo("limit", strconv.Itoa(q.limit))
	q.offset = q.integer("offset", 0, 0, 0)
}

// link is the URL, at the API, of the list from an offset on.
func (q *query) link(path string, offset int) string {
	return host + path + "?" + strings.Join(append(q.echoes, "offset="+strconv.Itoa(offset)), "&")
}

// paged returns those of the records that are asked for, and whether more follow.
func paged[T any](q *query, records []T) (page []T, more bool) {
	rest := records[min(q.offset, len(records)):]
	size := min(q.limit, len(rest))
	return rest[:size], len(rest) > size
}

// list is the answer of a list at a path: the records asked for, each as describe has it, and links to this page
// and the next.
func list[T any](q *query, path string, records []T, describe func(T) object) answer {
	page, more := paged(q, records)
	links := self(q.link(path, q.offset))
	if more {
		links["next"] = q.link(path, q.offset+q.limit)
	}
	return ok(object{"data": each(page, describe), "links": links})
}

// each describes records one by one.
func each[T any](records []T, describe func(T) object) []object {
	objects := make([]object, len(records))
	for i, r := range records {
		objects[i] = describe(r)
	}
	return objects
}
