package flowroutetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// object is a JSON object.
type object = map[string]any

// host begins the links of the answers. They are those of the API itself: a client has no business following them.
const host = "https://api.flowroute.com"

// answer is what an operation answers.
type answer struct {
	status   int
	document any // nil for none
}

func ok(document object) answer       { return answer{http.StatusOK, document} }
func created(document object) answer  { return answer{http.StatusCreated, document} }
func accepted(document object) answer { return answer{http.StatusAccepted, document} }
func noContent() answer               { return answer{status: http.StatusNoContent} }

// self is the links object of something at a URL.
func self(url string) object { return object{"self": url} }

// reply is an answer as it goes over the wire.
type reply struct {
	status      int
	contentType string
	retryAfter  string
	body        []byte
}

func (a answer) encode() reply {
	if a.document == nil {
		return reply{status: a.status}
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.document); err != nil {
		return reply{status: http.StatusInternalServerError, contentType: "text/plain", body: []byte(err.Error())}
	}
	return reply{status: a.status, contentType: "application/vnd.api+json", body: body.Bytes()}
}

// write sends the reply, of whose body only part may be sent.
func (r reply) write(w http.ResponseWriter, part []byte) {
	h := w.Header()
	if r.retryAfter != "" {
		h.Set("Retry-After", r.retryAfter)
	}
	hasBody := len(r.body) > 0 && r.status != http.StatusNoContent && r.status != http.StatusNotModified
	if hasBody {
		h.Set("Content-Type", r.contentType)
		h.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(r.status)
	if hasBody {
		_, _ = w.Write(part) // a client that went away is no concern of the server's
	}
}

// refusal is an error that the API answers with. What members it has differs from one to the other.
type refusal struct {
	status    int
	members   object
	withoutID bool
}

func (r *refusal) Error() string {
	return strconv.Itoa(r.status) + " " + http.StatusText(r.status)
}

// refuse is an error with detail, id and status, and a title where there is one.
func refuse(status int, detail any, title string) *refusal {
	members := object{"detail": detail, "status": status}
	if title != "" {
		members["title"] = title
	}
	return &refusal{status: status, members: members}
}

func authenticationFailed() *refusal {
	return refuse(http.StatusUnauthorized, "Authentication failed.", "Unauthorized")
}

func methodNotAllowed() *refusal {
	return refuse(http.StatusMethodNotAllowed, "The method is not allowed for the requested URL.", "Method Not Allowed")
}

// unknownURL is how the API answers for a path it doesn't serve: a status line where the status should be, and
// nothing else.
func unknownURL() *refusal {
	return &refusal{status: http.StatusNotFound, withoutID: true, members: object{
		"status": "404 Not Found: The requested URL was not found on the server. " +
			"If you entered the URL manually please check your spelling and try again.",
	}}
}

// notAuthorized is how the API answers for changes to what isn't the account's: no id, and no detail to speak of.
func notAuthorized() *refusal {
	return &refusal{status: http.StatusForbidden, withoutID: true, members: object{
		"detail": "", "status": http.StatusForbidden, "title": "ActionNotAuthorizedError",
	}}
}

func notFound() *refusal {
	return refuse(http.StatusNotFound, "Could not find that resource on your account.", "")
}

// unprocessable is an error about the values sent. Its detail is an object, field by field.
func unprocessable(detail any) *refusal {
	return refuse(http.StatusUnprocessableEntity, detail, "")
}

// refuse is the answer for an error.
func (a *account) refuse(err error) answer {
	r, isRefusal := errors.AsType[*refusal](err)
	if !isRefusal {
		r = refuse(http.StatusInternalServerError, err.Error(), "")
	}
	if !r.withoutID {
		a.errorCount++
		r.members["id"] = uuid("error", a.errorCount)
	}
	return answer{r.status, object{"errors": []object{r.members}}}
}
