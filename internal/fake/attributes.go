package fake

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// attributes are the values in a request's body, and what is wrong with them.
type attributes struct {
	values    object
	enveloped bool // they are in data.attributes, rather than the body itself
	problems  problems
	inner     map[string]*attributes // those that are objects themselves
	known     map[string]bool        // what was asked for; the rest is refused
	lenient   bool                   // or rather ignored
}

// attributes begins to read values.
func (c *Call) attributes(values object) *attributes {
	return &attributes{values: values, problems: problems{}, known: map[string]bool{}, lenient: c.Lenient}
}

// In which form an operation takes its values is what the documentation and the official SDKs send: one form as a rule.

// flat reads the values of a body that is nothing else.
func (c *Call) flat() (*attributes, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	if _, enveloped := body["data"]; enveloped {
		return nil, unprocessable(problems{"data": {unknownField}})
	}
	return c.attributes(body), nil
}

// enveloped reads the values of a body that has them in data.attributes. Its type must be one of those given; none
// given is any.
func (c *Call) enveloped(types ...string) (*attributes, error) {
	resource, err := c.resource(types)
	if err != nil {
		return nil, err
	}
	values, isObject := resource["attributes"].(object)
	switch {
	case resource["attributes"] == nil:
		return nil, unprocessable(object{"data": problems{"attributes": {missing}}})
	case !isObject:
		return nil, unprocessable(object{"data": problems{"attributes": {invalidInput}}})
	}
	attrs := c.attributes(values)
	attrs.enveloped = true
	return attrs, nil
}

// envelopedOrFlat reads the values of a body in either form.
func (c *Call) envelopedOrFlat(types ...string) (*attributes, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	if _, enveloped := body["data"]; enveloped {
		return c.enveloped(types...)
	}
	return c.attributes(body), nil
}

// flatOrForm reads the values of a body that may be form-encoded as well.
func (c *Call) flatOrForm() (*attributes, error) {
	if c.mediaType() != "application/x-www-form-urlencoded" {
		return c.flat()
	}
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The body is not a valid form.", "Bad Request")
	}
	return c.texts(form), nil
}

// texts reads the values of a query or form.
func (c *Call) texts(query url.Values) *attributes {
	values := object{}
	for name := range query {
		values[name] = query.Get(name)
	}
	return c.attributes(values)
}

// identifier reads a body that names a record: its type, which must be the one given, and its id.
func (c *Call) identifier(kind string) (id string, err error) {
	resource, err := c.resource([]string{kind})
	if err != nil {
		return "", err
	}
	a := c.attributes(resource)
	if id = a.required("id"); len(a.problems) > 0 {
		return "", unprocessable(object{"data": a.problems})
	}
	return id, nil
}

// resource reads a body's data, whose type must be one of those given; none given is any.
func (c *Call) resource(types []string) (object, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	data, enveloped := body["data"]
	resource, isObject := data.(object)
	kind, _ := resource["type"].(string)
	switch {
	case !enveloped:
		return nil, unprocessable(problems{"data": {missing}})
	case !isObject:
		return nil, unprocessable(problems{"data": {invalidInput}})
	case len(types) == 0 || slices.Contains(types, kind):
	case resource["type"] == nil:
		return nil, unprocessable(object{"data": problems{"type": {missing}}})
	default:
		return nil, unprocessable(object{"data": problems{"type": {`Invalid type. Expected "` + types[0] + `".`}}})
	}
	if c.Lenient {
		return resource, nil
	}
	// Some clients send a whole record back, with its id and links.
	if unknown := unknownNames(resource, "type", "id", "attributes", "links"); len(unknown) > 0 {
		return nil, unprocessable(object{"data": unknown})
	}
	if unknown := unknownNames(body, "data"); len(unknown) > 0 {
		return nil, unprocessable(unknown)
	}
	return resource, nil
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
func (c *Call) json() (object, error) {
	// Some clients call their JSON plain text, or nothing at all.
	types := []string{"application/vnd.api+json", "application/json", "text/plain", ""}
	if !slices.Contains(types, c.mediaType()) {
		return nil, refuse(http.StatusUnsupportedMediaType, "Unsupported media type in request.", "Unsupported Media Type")
	}
	dec := json.NewDecoder(bytes.NewReader(c.Body))
	dec.UseNumber()
	var body any
	if err := dec.Decode(&body); err != nil {
		return nil, notJSON()
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, notJSON()
	}
	values, isObject := body.(object)
	if !isObject {
		return nil, unprocessable(problems{"_schema": {invalidInput}})
	}
	return values, nil
}

func notJSON() *refusal {
	return refuse(http.StatusBadRequest, "The body is not valid JSON.", "Bad Request")
}

// err is the error for what was found wrong with the values, where anything was.
func (a *attributes) err() error {
	detail := a.detail()
	switch {
	case len(detail) == 0:
		return nil
	case a.enveloped:
		return unprocessable(object{"data": object{"attributes": detail}})
	}
	return unprocessable(detail)
}

// detail is what was found wrong with the values and those within them, once all that are known were asked for.
func (a *attributes) detail() object {
	detail := object{}
	for name := range a.values {
		if !a.known[name] && !a.lenient {
			detail[name] = []string{unknownField}
		}
	}
	for name, texts := range a.problems {
		detail[name] = texts
	}
	for name, inner := range a.inner {
		if d := inner.detail(); len(d) > 0 && detail[name] == nil {
			detail[name] = d
		}
	}
	return detail
}

// value is a value, and whether it was sent. It is known from now on.
func (a *attributes) value(name string) (value any, present bool) {
	a.known[name] = true
	value, present = a.values[name]
	return value, present
}

// ignore takes values that mean nothing, because some client sends them.
func (a *attributes) ignore(names ...string) {
	for _, name := range names {
		a.known[name] = true
	}
}

// within reads an object, which is without values where it is absent or null.
func (a *attributes) within(name string) *attributes {
	value, _ := a.value(name)
	values, isObject := value.(object)
	if a.has(name) && !isObject {
		a.problems.add(name, invalidInput)
	}
	inner := &attributes{values: values, problems: problems{}, known: map[string]bool{}, lenient: a.lenient}
	if a.inner == nil {
		a.inner = map[string]*attributes{}
	}
	a.inner[name] = inner
	return inner
}

// has tells whether a value was sent and is not null.
func (a *attributes) has(name string) bool {
	value, _ := a.value(name)
	return value != nil
}

// text reads a text that may be absent or null.
func (a *attributes) text(name string, checks ...check) string {
	if !a.has(name) {
		return ""
	}
	s, isText := a.values[name].(string)
	if !isText {
		a.problems.add(name, notText)
		return ""
	}
	for _, check := range checks {
		if problem := check(s); problem != "" {
			a.problems.add(name, problem)
		}
	}
	return s
}

// required reads a text that must be there.
func (a *attributes) required(name string, checks ...check) string {
	value, present := a.value(name)
	switch {
	case !present:
		a.problems.add(name, missing)
	case value == nil:
		a.problems.add(name, isNull)
	case strings.TrimSpace(a.text(name)) == "" && len(a.problems[name]) == 0:
		a.problems.add(name, tooShort)
	case len(a.problems[name]) == 0:
		return a.text(name, checks...)
	}
	return ""
}

// id reads the id of a record: text, or a number as some clients send it. It may be absent or null.
func (a *attributes) id(name string) string {
	value, _ := a.value(name)
	if n, isNumber := value.(json.Number); isNumber {
		return n.String()
	}
	return a.text(name)
}

// textOrTexts reads a text or a list of texts.
func (a *attributes) textOrTexts(name string) []string {
	value, _ := a.value(name)
	if s, isText := value.(string); isText {
		return []string{s}
	}
	return a.texts(name)
}

// changed reads a text that may be absent, and then is what it was.
func (a *attributes) changed(name, current string, checks ...check) string {
	if _, present := a.value(name); !present {
		return current
	}
	return a.required(name, checks...)
}

// flag reads a boolean, which some clients send as text. Absent or null it is the fallback.
func (a *attributes) flag(name string, fallback bool) bool {
	value, _ := a.value(name)
	switch value := value.(type) {
	case nil:
		return fallback
	case bool:
		return value
	case string:
		if b, valid := flag(value); valid {
			return b
		}
	}
	a.problems.add(name, notFlag)
	return fallback
}

// numbers reads a list of phone numbers, of which there must be one at least, as 11 digits.
func (a *attributes) numbers(name string, checks ...check) []string {
	value, present := a.value(name)
	list, isList := value.([]any)
	switch {
	case !present:
		a.problems.add(name, missing)
	case value == nil:
		a.problems.add(name, isNull)
	case isList && len(list) == 0:
		a.problems.add(name, tooShort)
	}
	numbers := a.texts(name, checks...)
	for i, n := range numbers {
		numbers[i] = digits11(n)
	}
	return numbers
}

// texts reads a list of texts that may be absent or null.
func (a *attributes) texts(name string, checks ...check) []string {
	if !a.has(name) {
		return nil
	}
	list, isList := a.values[name].([]any)
	if !isList {
		a.problems.add(name, notList)
		return nil
	}
	texts := make([]string, len(list))
	for i, value := range list {
		item := &attributes{values: object{name: value}, problems: a.problems, known: map[string]bool{}}
		texts[i] = item.required(name, checks...)
	}
	return texts
}
