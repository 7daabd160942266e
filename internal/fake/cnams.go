package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// CNAMApprovedAfter is how long the review of a CNAM record takes, after which it is approved unless it was
// rejected.
const CNAMApprovedAfter = 48 * time.Hour

// firstCNAM is the number after which the ids of CNAM records begin.
const firstCNAM = 24140

func cnamOperations() []Operation {
	return []Operation{
		{"GET", "/v2/cnams{?is_approved,value,limit,offset,contains,ends_with,starts_with}",
			"cnams.list", (*Account).listCNAMs},
		{"GET", "/v2/cnams/{cnam}", "cnams.get", (*Account).getCNAM},
		{"POST", "/v2/cnams", "cnams.create", (*Account).createCNAM},
		{"DELETE", "/v2/cnams/{cnam}", "cnams.delete", (*Account).deleteCNAM},
		{"PATCH", "/v2/numbers/{number}/relationships/cnams/{cnam}", "cnams.assign", (*Account).assignCNAM},
		{"PATCH", "/v2/numbers/{number}/relationships/cnam/{cnam}", "cnams.assign", (*Account).assignCNAM},
		{"DELETE", "/v2/numbers/{number}/relationships/cnams", "cnams.unassign", (*Account).unassignCNAM},
		{"DELETE", "/v2/numbers/{number}/relationships/cnam", "cnams.unassign", (*Account).unassignCNAM},
	}
}

type cnam struct {
	id, value string
	created   time.Time
	approved  time.Time // when somebody approved it, ahead of the review's time
	rejection string
	rejected  bool
}

func (r *cnam) recordID() string { return r.id }

// approval is when the record was approved, where it is.
func (r *cnam) approval(now time.Time) (at time.Time, approved bool) {
	reviewed := r.created.Add(CNAMApprovedAfter)
	switch {
	case r.rejected:
		return time.Time{}, false
	case !r.approved.IsZero():
		return r.approved, true
	}
	return reviewed, !now.Before(reviewed)
}

func (r *cnam) isApproved(now time.Time) bool {
	_, approved := r.approval(now)
	return approved
}

func (r *cnam) object(now time.Time) object {
	attributes := object{
		"approval_datetime": nil,
		"creation_datetime": cnamTime(r.created),
		"is_approved":       false,
		"rejection_reason":  orNull(r.rejection),
		"value":             r.value,
	}
	if at, approved := r.approval(now); approved {
		attributes["approval_datetime"] = cnamTime(at)
		attributes["is_approved"] = true
	}
	return object{"attributes": attributes, "id": r.id, "links": self(host + "/v2/cnams/" + r.id), "type": "cnam"}
}

// cnamTime is a time as the API's CNAM records have it.
func cnamTime(t time.Time) string {
	return t.Format("2006-01-02 15:04:05.000000+00:00")
}

// ApproveCNAM approves a CNAM record now.
func (a *Account) ApproveCNAM(id string, now time.Time) error {
	r, found := find(a.cnams, id)
	switch {
	case !found:
		return fmt.Errorf("flowroutetest: no CNAM record %s", id)
	case r.rejected:
		return fmt.Errorf("flowroutetest: CNAM record %s is rejected", id)
	case !r.isApproved(now):
		r.approved = now
	}
	return nil
}

// RejectCNAM rejects a CNAM record for a reason.
func (a *Account) RejectCNAM(id, reason string, now time.Time) error {
	r, found := find(a.cnams, id)
	switch {
	case !found:
		return fmt.Errorf("flowroutetest: no CNAM record %s", id)
	case r.isApproved(now):
		return fmt.Errorf("flowroutetest: CNAM record %s is approved", id)
	}
	r.rejected, r.rejection = true, reason
	return nil
}

func (a *Account) listCNAMs(c *Call) answer {
	in := c.parameters()
	approved := in.flag("is_approved", false)
	value := in.text("value")
	p := in.page(0)
	var found []*cnam
	for _, r := range slices.Backward(a.cnams) {
		if strings.Contains(r.value, strings.ToUpper(value)) &&
			(!in.has("is_approved") || approved == r.isApproved(c.Now)) {
			found = append(found, r)
		}
	}
	return list(p, "/v2/cnams", found, func(r *cnam) object { return r.object(c.Now) })
}

func noSuchCNAM() *refusal {
	return apiError(http.StatusNotFound, "CNAM record not found.", "Resource not found")
}

func (a *Account) getCNAM(c *Call) answer {
	r := named(c, a.cnams, "cnam", noSuchCNAM())
	users := a.usedBy(func(n *number) bool { return n.cnam == r.id })
	data := r.object(c.Now)
	data["relationships"] = object{"numbers": object{
		"data": each(users, func(n *number) object { return object{"id": n.value, "type": "number"} }),
	}}
	document := object{"data": data}
	if len(users) > 0 {
		document["included"] = each(users, (*number).brief)
	}
	return ok(document)
}

var (
	cnamCharacters = regexp.MustCompile(`^[A-Za-z0-9 \-_.,@+&'/"]*$`)
	letter         = regexp.MustCompile(`[A-Za-z]`)
)

func (a *Account) createCNAM(c *Call) answer {
	in := c.flatOrForm()
	value := strings.ToUpper(in.required("value", atMost(15), matches(cnamCharacters), hasLetter))
	if slices.ContainsFunc(a.cnams, func(r *cnam) bool { return r.value == value }) {
		in.problems.add("value", "This value already exists on your account.")
	}
	r := &cnam{value: value, created: c.Now}
	if c.ok() {
		r.id = serial(&a.cnamCount, firstCNAM)
		a.cnams = append(a.cnams, r)
	}
	return created(object{"data": r.object(c.Now)})
}

func hasLetter(s string) string {
	if !letter.MatchString(s) {
		return "Must contain at least one letter."
	}
	return ""
}

func (a *Account) deleteCNAM(c *Call) answer {
	r := named(c, a.cnams, "cnam",
		apiError(http.StatusNotFound, "CNAM record not found. Nothing to delete.", "Resource not found"))
	if c.ok() {
		for _, n := range a.usedBy(func(n *number) bool { return n.cnam == r.id }) {
			n.cnam = ""
		}
		a.cnams = remove(a.cnams, r.id)
	}
	return noContent()
}

// assignCNAM refuses toll-free numbers and what isn't approved with 422, for want of knowing what the API says to
// them.
func (a *Account) assignCNAM(c *Call) answer {
	n := a.own(c, notFound())
	r := named(c, a.cnams, "cnam", noSuchCNAM())
	if n.kind != longCode {
		c.refuse(unprocessable("Cannot assign a CNAM record to a toll-free number."))
	}
	if !r.isApproved(c.Now) {
		c.refuse(unprocessable("CNAM record is not approved."))
	}
	if c.ok() {
		n.cnam = r.id
	}
	return accepted(association(json.Number(r.id), c.Now)) // here alone the id is a number
}

func (a *Account) unassignCNAM(c *Call) answer {
	n := a.own(c, notFound())
	if c.ok() {
		n.cnam = ""
	}
	return accepted(association(nil, c.Now))
}

// association is the document of an assignment, or of its end where there is no id.
func association(id any, now time.Time) object {
	return object{"data": object{
		"attributes": object{"date_created": now.Format(http.TimeFormat)},
		"id":         id,
		"type":       "cnam",
	}}
}
