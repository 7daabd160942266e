package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader reads the values of a request by name, from its query or its body, and collects what is wrong with them.
type reader struct {
	values   object
	query    bool     // they are those of a query, where an empty text is none
	place    []string // where they are in the body, such as data and attributes
	problems problems
	known    map[string]bool    // names that were read; others are refused
	lenient  bool               // or rather ignored
	inner    map[string]*reader // of the values that are objects themselves
	echoes   []string           // what was read of a query, as the links of a list repeat it
}

// reader begins to read values, which are in a place in the body.
func (c *Call) reader(values object, place ...string) *reader {
	c.in = &reader{values: values, place: place, problems: problems{}, known: map[string]bool{}, lenient: c.Lenient}
	return c.in
}

// parameters reads the query. Its names have been checked by then.
func (c *Call) parameters() *reader {
	in := c.reader(texts(c.query))
	in.query, in.lenient = true, true
	return in
}

// texts are the values of a query or form.
func texts(query url.Values) object {
	values := object{}
	for name := range query {
		values[name] = query.Get(name)
	}
	return values
}

// In which form an operation takes its values is what the documentation and the official SDKs send: one form as a rule.

// flat reads the values of a body that is nothing else.
func (c *Call) flat() *reader {
	body := c.json()
	if _, enveloped := body["data"]; enveloped {
		c.refuse(unprocessable(problems{"data": {unknownField}}))
	}
	return c.reader(body)
}

// enveloped reads the values of a body that has them in data.attributes. Its type must be one of those given; none
// given is any.
func (c *Call) enveloped(types ...string) *reader {
	attributes := c.resource(c.json(), types)["attributes"]
	values, isObject := attributes.(object)
	switch {
	case attributes == nil:
		c.refuse(unprocessable(object{"data": problems{"attributes": {missing}}}))
	case !isObject:
		c.refuse(unprocessable(object{"data": problems{"attributes": {invalidInput}}}))
	}
	return c.reader(values, "data", "attributes")
}

// envelopedOrFlat reads the values of a body in either form.
func (c *Call) envelopedOrFlat(types ...string) *reader {
	body := c.json()
	if _, enveloped := body["data"]; enveloped {
		return c.enveloped(types...)
	}
	return c.reader(body)
}

// flatOrForm reads the values of a body that may be form-encoded as well.
func (c *Call) flatOrForm() *reader {
	if c.mediaType() != "application/x-www-form-urlencoded" {
		return c.flat()
	}
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		c.refuse(apiError(http.StatusBadRequest, "The body is not a valid form.", "Bad Request"))
	}
	return c.reader(texts(form))
}

// identifier reads a body that names a record: its type, which must be the one given, and its id.
func (c *Call) identifier(kind string) (id string) {
	in := c.reader(c.resource(c.json(), []string{kind}), "data")
	in.ignore(resourceMembers...)
	return in.required("id")
}

// resourceMembers are those of a body's data. Some clients send a whole record back, with its id and links.
var resourceMembers = []string{"type", "id", "attributes", "links"}

// resource reads the data of a body, whose type must be one of those given; none given is any.
func (c *Call) resource(body object, types []string) object {
	data, enveloped := body["data"]
	resource, isObject := data.(object)
	kind, _ := resource["type"].(string)
	switch {
	case !enveloped:
		c.refuse(unprocessable(problems{"data": {missing}}))
	case !isObject:
		c.refuse(unprocessable(problems{"data": {invalidInput}}))
	case len(types) == 0 || slices.Contains(types, kind):
	case resource["type"] == nil:
		c.refuse(unprocessable(object{"data": problems{"type": {missing}}}))
	default:
		c.refuse(unprocessable(object{"data": problems{"type": {`Invalid type. Expected "` + types[0] + `".`}}}))
	}
	if c.Lenient {
		return resource
	}
	if unknown := unknownNames(resource, resourceMembers...); len(unknown) > 0 {
		c.refuse(unprocessable(object{"data": unknown}))
	}
	if unknown := unknownNames(body, "data"); len(unknown) > 0 {
		c.refuse(unprocessable(unknown))
	}
	return resource
}

// unknownNames are the problems of the names that are none of those known.
func unknownNames[V any](values map[string]V, known ...string) problems {
	unknown := problems{}
	for name := range values {
		if !slices.Contains(known, name) {
			unknown.add(name, unknownField)
		}
	}
	return unknown
}

// mediaType is what the body says that it is, without parameters such as charset.
func (c *Call) mediaType() string {
	contentType := c.header.Get("Content-Type")
	if mediaType, _, err := mime.ParseMediaType(contentType); err == nil {
		return mediaType
	}
	return contentType
}

// json decodes the body, which must be a JSON object and nothing else.
func (c *Call) json() object {
	// Some clients call their JSON plain text, or nothing at all.
	types := []string{"application/vnd.api+json", "application/json", "text/plain", ""}
	if !slices.Contains(types, c.mediaType()) {
		c.refuse(apiError(http.StatusUnsupportedMediaType, "Unsupported media type in request.", "Unsupported Media Type"))
	}
	dec := json.NewDecoder(bytes.NewReader(c.Body))
	dec.UseNumber()
	var body any
	if err := dec.Decode(&body); err != nil {
		c.refuse(notJSON())
	}
	if _, err := dec.Token(); err != io.EOF {
		c.refuse(notJSON())
	}
	values, isObject := body.(object)
	if !isObject {
		c.refuse(unprocessable(problems{"_schema": {invalidInput}}))
	}
	return values
}

func notJSON() *refusal {
	return apiError(http.StatusBadRequest, "The body is not valid JSON.", "Bad Request")
}

// refusal refuses what was found wrong with the values. It is nil if nothing was.
func (in *reader) refusal() *refusal {
	if detail := in.detail(); len(detail) > 0 {
		return in.unprocessable(detail)
	}
	return nil
}

// unprocessable refuses values, which the detail names, in their place.
func (in *reader) unprocessable(detail object) *refusal {
	for _, member := range slices.Backward(in.place) {
		detail = object{member: detail}
	}
	return unprocessable(detail)
}

// detail is what was found wrong with the values and those within them. All that are known must have been read.
func (in *reader) detail() object {
	detail := object{}
	for name := range in.values {
		if !in.known[name] && !in.lenient {
			detail[name] = []string{unknownField}
		}
	}
	for name, texts := range in.problems {
		detail[name] = texts
	}
	for name, inner := range in.inner {
		if d := inner.detail(); len(d) > 0 && detail[name] == nil {
			detail[name] = d
		}
	}
	return detail
}

// value is a value, and whether it was sent. It is known from now on.
func (in *reader) value(name string) (value any, present bool) {
	in.known[name] = true
	value, present = in.values[name]
	return value, present
}

// ignore takes values that mean nothing, because some client sends them.
func (in *reader) ignore(names ...string) {
	for _, name := range names {
		in.known[name] = true
	}
}

// within reads an object, which is without values if it is absent or null.
func (in *reader) within(name string) *reader {
	value, _ := in.value(name)
	values, isObject := value.(object)
	if in.has(name) && !isObject {
		in.problems.add(name, invalidInput)
	}
	inner := &reader{values: values, problems: problems{}, known: map[string]bool{}, lenient: in.lenient}
	if in.inner == nil {
		in.inner = map[string]*reader{}
	}
	in.inner[name] = inner
	return inner
}

// has reports whether a value was sent and is not null.
func (in *reader) has(name string) bool {
	value, _ := in.value(name)
	return value != nil
}

// text reads a text that may be absent or null.
func (in *reader) text(name string, checks ...check) string {
	return in.normalized(name, func(s string) string { return s }, checks...)
}

// normalized reads a text that may be absent or null, in the API's own spelling.
func (in *reader) normalized(name string, normal func(string) string, checks ...check) string {
	if !in.has(name) {
		return ""
	}
	s, isText := in.values[name].(string)
	if !isText {
		in.problems.add(name, notText)
		return ""
	}
	if in.query && s == "" {
		return ""
	}
	s = normal(s)
	for _, check := range checks {
		if problem := check(s); problem != "" {
			in.problems.add(name, problem)
		}
	}
	in.echo(name, s)
	return s
}

// required reads a text that must be there.
func (in *reader) required(name string, checks ...check) string {
	value, present := in.value(name)
	s, isText := value.(string)
	switch {
	case !present:
		in.problems.add(name, missing)
	case value == nil:
		in.problems.add(name, isNull)
	case !isText:
		in.problems.add(name, notText)
	case len(in.problems[name]) > 0: // of a list, by an item before this one
	case strings.TrimSpace(s) == "":
		in.problems.add(name, tooShort)
	default:
		return in.text(name, checks...)
	}
	return ""
}

// id reads the id of a record: text, or a number as some clients send it. It may be absent or null.
func (in *reader) id(name string) string {
	value, _ := in.value(name)
	if n, isNumber := value.(json.Number); isNumber {
		return n.String()
	}
	return in.text(name)
}

// textOrTexts reads a text or a list of texts.
func (in *reader) textOrTexts(name string) []string {
	value, _ := in.value(name)
	if s, isText := value.(string); isText {
		return []string{s}
	}
	return in.texts(name)
}

// changed reads a text that may be absent, and then is what it was.
func (in *reader) changed(name, current string, checks ...check) string {
	if _, present := in.value(name); !present {
		return current
	}
	return in.required(name, checks...)
}

// flag reads a boolean, which may be text. Absent or null it is the fallback. Links repeat it capitalized.
func (in *reader) flag(name string, fallback bool) bool {
	value, _ := in.value(name)
	if value == nil {
		return fallback
	}
	b, isBool := value.(bool)
	if s, isText := value.(string); isText {
		b, isBool = flag(s)
	}
	if !isBool {
		in.problems.add(name, notFlag)
		return fallback
	}
	in.echo(name, map[bool]string{true: "True", false: "False"}[b])
	return b
}

// integer reads a whole number of at least least, and at most most unless that is 0. It may be text. Absent or null it
// is the fallback.
func (in *reader) integer(name string, fallback, least, most int) int {
	value, _ := in.value(name)
	if value == nil {
		return fallback
	}
	n, err := strconv.Atoi(fmt.Sprint(value))
	switch {
	case err != nil:
		in.problems.add(name, notInteger)
	case most != 0 && (n < least || n > most):
		in.problems.add(name, fmt.Sprintf("Must be greater than or equal to %d and less than or equal to %d.", least, most))
	case n < least:
		in.problems.add(name, fmt.Sprintf("Must be greater than or equal to %d.", least))
	default:
		return n
	}
	return fallback
}

// number reads a finite number, which may be text. Absent or null it is the fallback. Links repeat its whole part.
func (in *reader) number(name string, fallback float64) float64 {
	if !in.has(name) {
		return fallback
	}
	switch in.values[name].(type) {
	case string, json.Number:
		n, err := strconv.ParseFloat(fmt.Sprint(in.values[name]), 64)
		if err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
			in.echo(name, strconv.FormatFloat(math.Trunc(n), 'f', 0, 64))
			return n
		}
	}
	in.problems.add(name, notNumber)
	return fallback
}

// timeLayouts are the forms in which a time may be sent. It is in UTC unless it says otherwise.
var timeLayouts = []string{time.DateOnly, time.DateTime, time.RFC3339, "2006-01-02T15:04:05"}

// time reads a time. It is zero if it is absent or null.
func (in *reader) time(name string) time.Time {
	if !in.has(name) {
		return time.Time{}
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, fmt.Sprint(in.values[name])); err == nil {
			in.echo(name, t.UTC().Format("2006-01-02T15:04:05.999999-07:00"))
			return t.UTC()
		}
	}
	in.problems.add(name, notDate)
	return time.Time{}
}

// requiredTime reads a time that must be there.
func (in *reader) requiredTime(name string) time.Time {
	if in.required(name) == "" {
		return time.Time{}
	}
	return in.time(name)
}

// numbers reads a list of phone numbers, of which there must be one at least, as 11 digits.
func (in *reader) numbers(name string, checks ...check) []string {
	value, present := in.value(name)
	list, isList := value.([]any)
	switch {
	case !present:
		in.problems.add(name, missing)
	case value == nil:
		in.problems.add(name, isNull)
	case isList && len(list) == 0:
		in.problems.add(name, tooShort)
	}
	numbers := in.texts(name, checks...)
	for i, n := range numbers {
		numbers[i] = digits11(n)
	}
	return numbers
}

// texts reads a list of texts that may be absent or null.
func (in *reader) texts(name string, checks ...check) []string {
	if !in.has(name) {
		return nil
	}
	list, isList := in.values[name].([]any)
	if !isList {
		in.problems.add(name, notList)
		return nil
	}
	texts := make([]string, len(list))
	for i, value := range list {
		item := &reader{values: object{name: value}, problems: in.problems, known: map[string]bool{}}
		texts[i] = item.required(name, checks...)
	}
	return texts
}

// echo has the links repeat a parameter, unless it is empty.
func (in *reader) echo(name, value string) {
	if value != "" {
		in.echoes = append(in.echoes, name+"="+url.QueryEscape(value))
	}
}

var digitsPattern = regexp.MustCompile(`^\+?[0-9]+$`)

// digits reads the digits of part of a phone number.
func (in *reader) digits(name string) string {
	return in.text(name, matches(digitsPattern))
}

// firstDigits reads the digits that a phone number begins with, to which country code 1 is added unless they have
// one.
func (in *reader) firstDigits(name string) string {
	withCountry := func(s string) string {
		if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "1") {
			return s
		}
		return "1" + s
	}
	return strings.TrimPrefix(in.normalized(name, withCountry, matches(digitsPattern)), "+")
}
