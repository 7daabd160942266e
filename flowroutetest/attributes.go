package flowroutetest

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
}

// In which form an operation takes its values is what the documentation and the official SDKs send: one form as a rule.

// flat reads the values of a body that is nothing else.
func (c *call) flat() (*attributes, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	if _, enveloped := body["data"]; enveloped {
		return nil, unprocessable(problems{"data": {unknownField}})
	}
	return &attributes{values: body, problems: problems{}}, nil
}

// enveloped reads the values of a body that has them in data.attributes. Its type must be one of those given, where any is.
func (c *call) enveloped(types ...string) (*attributes, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	data, enveloped := body["data"]
	if !enveloped {
		return nil, unprocessable(problems{"data": {missing}})
	}
	resource, err := envelope(data, types)
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
	return &attributes{values: values, enveloped: true, problems: problems{}}, nil
}

// envelopedOrFlat reads the values of a body in either form.
func (c *call) envelopedOrFlat(types ...string) (*attributes, error) {
	body, err := c.json()
	if err != nil {
		return nil, err
	}
	if _, enveloped := body["data"]; enveloped {
		return c.enveloped(types...)
	}
	return c.flat()
}

// flatOrForm reads the values of a body that may be form-encoded as well.
func (c *call) flatOrForm() (*attributes, error) {
	if c.mediaType() != "application/x-www-form-urlencoded" {
		return c.flat()
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The body is not a valid form.", "Bad Request")
	}
	return fromQuery(form), nil
}

// identifier reads a body that names a record: its type, which must be the one given, and its id.
func (c *call) identifier(kind string) (id string, err error) {
	body, err := c.json()
	if err != nil {
		return "", err
	}
	data, enveloped := body["data"]
	if !enveloped {
		return "", unprocessable(problems{"data": {missing}})
	}
	resource, err := envelope(data, []string{kind})
	if err != nil {
		return "", err
	}
	a := &attributes{values: resource, problems: problems{}}
	if id = a.required("id"); len(a.problems) > 0 {
		return "", unprocessable(object{"data": a.problems})
	}
	return id, nil
}

// envelope looks into a body's data.
func envelope(data any, types []string) (object, error) {
	resource, isObject := data.(object)
	if !isObject {
		return nil, unprocessable(problems{"data": {invalidInput}})
	}
	if kind, _ := resource["type"].(string); len(types) > 0 && !slices.Contains(types, kind) {
		problem := `Invalid type. Expected "` + types[0] + `".`
		if resource["type"] == nil {
			problem = missing
		}
		return nil, unprocessable(object{"data": problems{"type": {problem}}})
	}
	return resource, nil
}

// mediaType is what the body says that it is, without parameters such as charset.
func (c *call) mediaType() string {
	contentType := c.header.Get("Content-Type")
	if mediaType, _, err := mime.ParseMediaType(contentType); err == nil {
		return mediaType
	}
	return contentType
}

// json decodes the body, which must be a JSON object and nothing else.
func (c *call) json() (object, error) {
	// Some clients call their JSON plain text, or nothing at all.
	types := []string{"application/vnd.api+json", "application/json", "text/plain", ""}
	if !slices.Contains(types, c.mediaType()) {
		return nil, refuse(http.StatusUnsupportedMediaType, "Unsupported media type in request.", "Unsupported Media Type")
	}
	dec := json.NewDecoder(bytes.NewReader(c.body))
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

// fromQuery are the values of a query or form.
func fromQuery(query url.Values) *attributes {
	values := object{}
	for name := range query {
		values[name] = query.Get(name)
	}
	return &attributes{values: values, problems: problems{}}
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

// detail is what was found wrong with the values, and those within them.
func (a *attributes) detail() object {
	detail := object{}
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

// within reads an object, which is without values where it is absent or null.
func (a *attributes) within(name string) *attributes {
	values, isObject := a.values[name].(object)
	if a.has(name) && !isObject {
		a.problems.add(name, invalidInput)
	}
	inner := &attributes{values: values, problems: problems{}}
	if a.inner == nil {
		a.inner = map[string]*attributes{}
	}
	a.inner[name] = inner
	return inner
}

// has tells whether a value was sent and is not null.
func (a *attributes) has(name string) bool {
	return a.values[name] != nil
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
	value, present := a.values[name]
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
	if n, isNumber := a.values[name].(json.Number); isNumber {
		return n.String()
	}
	return a.text(name)
}

// textOrTexts reads a text or a list of texts.
func (a *attributes) textOrTexts(name string) []string {
	if s, isText := a.values[name].(string); isText {
		return []string{s}
	}
	return a.texts(name)
}

// changed reads a text that may be absent, and then is what it was.
func (a *attributes) changed(name, current string, checks ...check) string {
	if _, present := a.values[name]; !present {
		return current
	}
	return a.required(name, checks...)
}

// flag reads a boolean, which some clients send as text. Absent or null it is the fallback.
func (a *attributes) flag(name string, fallback bool) bool {
	switch value := a.values[name].(type) {
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
	value, present := a.values[name]
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
		item := &attributes{values: object{name: value}, problems: a.problems}
		texts[i] = item.required(name, checks...)
	}
	return texts
}
