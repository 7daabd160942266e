package fake

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// UnknownStreetNumber is the street number of an address that the server cannot geocode. Such an E911 record is
// refused with status 400.
const UnknownStreetNumber = "0"

// firstE911 is the number after which the ids of E911 records begin.
const firstE911 = 21844

func e911Operations() []Operation {
	return []Operation{
		{"GET", "/v2/e911s{?state,label,street_name,city,limit,offset}", "e911s.list", (*Account).listE911s},
		{"GET", "/v2/e911s/{e911}", "e911s.get", (*Account).getE911},
		{"POST", "/v2/e911s/validate", "e911s.validate", (*Account).validateE911},
		{"POST", "/v2/e911s", "e911s.create", (*Account).createE911},
		{"PATCH", "/v2/e911s/{e911}", "e911s.update", (*Account).updateE911},
		{"DELETE", "/v2/e911s/{e911}", "e911s.delete", (*Account).deleteE911},
		{"GET", "/v2/e911s/{e911}/relationships/numbers{?limit,offset}", "e911s.listNumbers", (*Account).listE911Numbers},
		{"PATCH", "/v2/numbers/{number}/relationships/e911s/{e911}", "e911s.assign", (*Account).assignE911},
		{"DELETE", "/v2/numbers/{number}/relationships/e911s", "e911s.unassign", (*Account).unassignE911},
	}
}

// e911 is an E911 record. Its attributes all are texts, empty where unset.
type e911 struct {
	id     string
	values map[string]string
}

func (e *e911) recordID() string { return e.id }

// unset says how a record shows that it has no address type: with empty texts, or without the attributes.
type unset bool

const (
	blankWhenUnset  unset = true
	absentWhenUnset unset = false
)

func (e *e911) object(u unset) object {
	attributes := object{}
	for name, value := range e.values {
		attributes[name] = value
	}
	for _, name := range []string{"address_type", "address_type_number"} {
		if e.values[name] == "" && u == absentWhenUnset {
			delete(attributes, name)
		}
	}
	return object{"attributes": attributes, "id": e.id, "links": self(host + "/v2/e911s/" + e.id), "type": "e911"}
}

func (a *Account) listE911s(c *Call) answer {
	in := c.parameters()
	state := in.normalized("state", strings.ToUpper)
	parts := map[string]string{}
	for _, name := range []string{"label", "street_name", "city"} {
		parts[name] = strings.ToLower(in.text(name))
	}
	p := in.page(2000)
	var found []*e911
	for _, e := range slices.Backward(a.e911s) {
		if (state == "" || e.values["state"] == state) && e.contains(parts) {
			found = append(found, e)
		}
	}
	return list(p, "/v2/e911s", found, func(e *e911) object { return e.object(blankWhenUnset) })
}

// contains reports whether each of the named attributes contains a lower-case text.
func (e *e911) contains(parts map[string]string) bool {
	for name, part := range parts {
		if !strings.Contains(strings.ToLower(e.values[name]), part) {
			return false
		}
	}
	return true
}

func (a *Account) getE911(c *Call) answer {
	e := named(c, a.e911s, "e911", notFound())
	return ok(object{"data": e.object(blankWhenUnset)})
}

func (a *Account) validateE911(c *Call) answer {
	c.e911(nil)
	return noContent()
}

func (a *Account) createE911(c *Call) answer {
	e := &e911{values: c.e911(nil)}
	a.distinctE911(c, e)
	if c.ok() {
		e.id = serial(&a.e911Count, firstE911)
		a.e911s = append(a.e911s, e)
	}
	return created(object{"data": e.object(absentWhenUnset)})
}

func (a *Account) updateE911(c *Call) answer {
	e := named(c, a.e911s, "e911", notFound())
	values := c.e911(e.values)
	a.distinctE911(c, &e911{e.id, values})
	if c.ok() {
		e.values = values
	}
	return ok(object{"data": e.object(absentWhenUnset)})
}

// e911 reads the attributes of an E911 record: all that are required, or if there is a record already any that are to
// change.
func (c *Call) e911(current map[string]string) map[string]string {
	in := c.enveloped("e911", "e911s")
	values := map[string]string{}
	maps.Copy(values, current)
	changes := 0
	for _, f := range e911Fields() {
		value, present := in.value(f.name)
		if n, isNumber := value.(json.Number); isNumber && f.mayBeNumber {
			in.values[f.name] = n.String()
		}
		if present {
			changes++
		}
		switch {
		case !f.optional && (present || current == nil):
			values[f.name] = in.required(f.name, f.checks...)
		case f.optional && (present || current == nil):
			values[f.name] = in.text(f.name)
		}
	}
	if current != nil {
		in.ignore("alias", "id", "zip_code", "address_number") // some SDKs add them to what they read
	}
	if current != nil && changes == 0 {
		in.problems.add("_schema", "No attribute to update.")
	}
	in.addressType(values)
	in.state(values)
	if values["street_number"] == UnknownStreetNumber {
		c.refuse(apiError(http.StatusBadRequest,
			"Could not geocode this address. Please check the validity of your address.", "Client Error"))
	}
	return values
}

// e911Field is an attribute of an E911 record.
type e911Field struct {
	name        string
	optional    bool
	mayBeNumber bool // older clients send it as a number
	checks      []check
}

func e911Fields() []e911Field {
	return []e911Field{
		{name: "label"},
		{name: "first_name"},
		{name: "last_name"},
		{name: "street_number", mayBeNumber: true},
		{name: "street_name"},
		{name: "address_type", optional: true},
		{name: "address_type_number", optional: true, mayBeNumber: true},
		{name: "city"},
		{name: "state"},
		{name: "country", checks: []check{oneOf("US", "CA")}},
		{name: "zip", checks: []check{zipLength}},
	}
}

func zipLength(s string) string {
	if n := len([]rune(s)); n < 4 || n > 7 {
		return "ZIP code must be at least 4 and at most 7 digits long"
	}
	return ""
}

// The states and provinces of the countries that have E911 service.
const (
	usStates = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY " +
		"NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY"
	provinces = "AB BC MB NB NL NS NT NU ON PE QC SK YT"
)

// state checks that the state is one of the country's.
func (in *reader) state(values map[string]string) {
	known := map[string]string{"US": usStates, "CA": provinces}[values["country"]]
	state := values["state"]
	if known != "" && state != "" && !slices.Contains(strings.Fields(known), state) {
		in.problems.add("state", "Not a valid state or province code.")
	}
}

// addressTypes are the kinds of a part of a building, each with its code.
const addressTypes = "Apartment:A Basement:BM Building:B Department:D Floor:F Front:FR Hanger:H Key:K Lobby:L Lot:LT " +
	"Lower:LO Office:O Penthouse:P Pier:PI Rear:RE Room:R Side:S Slip:SL Space:SC Stop:SP Suite:SU Trailer:T " +
	"Unit:U Upper:UP"

// addressType puts the address type into words, and checks that a number comes with it.
func (in *reader) addressType(values map[string]string) {
	given := values["address_type"]
	if given == "" {
		return
	}
	values["address_type"] = ""
	for pair := range strings.FieldsSeq(addressTypes) {
		word, code, _ := strings.Cut(pair, ":")
		if strings.EqualFold(given, word) || strings.EqualFold(given, code) {
			values["address_type"] = word
		}
	}
	if values["address_type"] == "" {
		in.problems.add("address_type", "Not a valid choice.")
	}
	if values["address_type_number"] == "" && len(in.problems["address_type_number"]) == 0 {
		in.problems.add("address_type_number", missing)
	}
}

// distinctE911 refuses a record for an address that another one has, or under another's label.
func (a *Account) distinctE911(c *Call, e *e911) {
	for _, other := range a.e911s {
		if other.id != e.id && other.address() == e.address() {
			c.refuse(apiError(http.StatusForbidden, "Duplicate address.", ""))
		}
	}
	for _, other := range a.e911s {
		if other.id != e.id && strings.EqualFold(other.values["label"], e.values["label"]) {
			c.refuse(c.in.unprocessable(object{"label": []string{"Must be unique."}}))
		}
	}
}

// address is where the record is for, in a form to compare.
func (e *e911) address() string {
	var parts []string
	for _, f := range e911Fields()[3:] { // all but the label and the names
		parts = append(parts, strings.ToLower(e.values[f.name]))
	}
	return strings.Join(parts, "\n")
}

func (a *Account) e911Users(id string) []*number {
	return a.usedBy(func(n *number) bool { return n.e911 == id })
}

func (a *Account) deleteE911(c *Call) answer {
	e := named(c, a.e911s, "e911", notFound())
	if len(a.e911Users(e.id)) > 0 {
		c.refuse(apiError(http.StatusForbidden, "Please disassociate all numbers before deleting.",
			"This E911 address has numbers still associated to it."))
	}
	if c.ok() {
		a.e911s = remove(a.e911s, e.id)
	}
	return noContent()
}

func (a *Account) listE911Numbers(c *Call) answer {
	e := named(c, a.e911s, "e911", notFound())
	p := c.parameters().page(200)
	return list(p, "/v2/e911s/"+e.id+"/relationships/numbers", a.e911Users(e.id), (*number).brief)
}

func (a *Account) assignE911(c *Call) answer {
	n := a.own(c, notAuthorized())
	e := named(c, a.e911s, "e911", notFound())
	if n.kind == tollFree {
		c.refuse(unprocessable("Cannot assign an E911 record to a number that does not support emergency services."))
	}
	if c.ok() {
		n.e911 = e.id
	}
	return noContent()
}

func (a *Account) unassignE911(c *Call) answer {
	n := a.own(c, notAuthorized())
	if c.ok() {
		n.e911 = ""
	}
	return noContent()
}
