package fake

import (
	"maps"
	"regexp"
	"slices"
	"time"
)

// portDetails are what is said about an order, other than its numbers.
type portDetails struct {
	texts       map[string]string
	loa         map[string]string
	presets     map[string]string
	comments    []string
	documents   []string
	cnamLookups bool
}

func (d portDetails) clone() portDetails {
	d.comments = slices.Clone(d.comments)
	return d
}

// portField is an attribute of an order that is a text.
type portField struct {
	name     string
	required bool
	checks   []check
}

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

func portFields() []portField {
	return []portField{
		{name: "billing_name", required: true},
		{name: "street", required: true},
		{name: "city", required: true},
		{name: "state", required: true},
		{name: "country", required: true, checks: []check{oneOf("US", "CA")}},
		{name: "provider", required: true},
		{name: "street2"},
		{name: "zip", checks: []check{optional(zipLength)}},
		{name: "billing_number", checks: []check{optional(phoneNumber)}},
		{name: "company"},
		{name: "provider_account"},
		{name: "pin"},
		{name: "last_4_ssn", checks: []check{optional(matches(fourDigits))}},
		{name: "usage_type", checks: []check{optional(oneOf("residential", "business"))}},
		{name: "desired_completion_date", checks: []check{optional(date)}},
		{name: "status_url", checks: []check{optional(webAddress)}},
		{name: "alias", checks: []check{atMost(maxAlias)}},
	}
}

// date checks a day.
func date(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "Not a valid date."
	}
	return ""
}

// portDetails reads what is said about an order: all that is required, or where there is an order already any that is
// to change.
func (a *Account) portDetails(in *reader, current *portDetails) portDetails {
	d := portDetails{texts: map[string]string{}, cnamLookups: true}
	if current != nil {
		d = *current
		d.texts = map[string]string{}
		maps.Copy(d.texts, current.texts)
	}
	for _, f := range portFields() {
		_, present := in.value(f.name)
		switch {
		case f.required && (present || current == nil):
			d.texts[f.name] = in.required(f.name, f.checks...)
		case present:
			d.texts[f.name] = in.text(f.name, f.checks...)
		}
	}
	in.state(d.texts)
	d.cnamLookups = in.flag("enable_cnam_lookups", d.cnamLookups)
	if current == nil && !in.has("loa_details") {
		in.problems.add("loa_details", missing)
	}
	if in.has("loa_details") {
		loa := in.within("loa_details")
		d.loa = map[string]string{"email": loa.required("email"), "cc": loa.text("cc")}
	}
	if in.has("presets") {
		d.presets = a.presets(in.within("presets"))
	}
	if in.has("comments") {
		d.comments = in.textOrTexts("comments")
	}
	d.documents = in.texts("business_documents")
	return d
}

// presets reads what the numbers are given when they are on the account.
func (a *Account) presets(in *reader) map[string]string {
	presets := map[string]string{"alias": in.text("alias", atMost(maxAlias))}
	for name, exists := range map[string]func(id string) bool{
		"cnam_id":           func(id string) bool { _, found := find(a.cnams, id); return found },
		"e911_id":           func(id string) bool { _, found := find(a.e911s, id); return found },
		"primary_route_id":  func(id string) bool { _, found := find(a.routes, id); return found },
		"failover_route_id": func(id string) bool { _, found := find(a.routes, id); return found },
	} {
		presets[name] = in.id(name)
		if id := presets[name]; id != "" && !exists(id) {
			in.problems.add(name, "No such record on your account.")
		}
	}
	maps.DeleteFunc(presets, func(_, value string) bool { return value == "" })
	return presets
}
