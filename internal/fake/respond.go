package fake

import (
	"bytes"
	"encoding/json"
	"io"
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
	document any // nil for none; a file is sent as it is, anything else as JSON
}

func ok(document object) answer       { return answer{http.StatusOK, document} }
func created(document object) answer  { return answer{http.StatusCreated, document} }
func accepted(document object) answer { return answer{http.StatusAccepted, document} }
func noContent() answer               { return answer{status: http.StatusNoContent} }

// self is the links object of something at a URL.
func self(url string) object { return object{"self": url} }

// file is what is downloaded. It is written while it is made, so that it may be of any size.
type file struct {
	contentType string
	write       func(io.Writer) error
}

// wholeFile is a file with its content in memory.
func wholeFile(contentType string, content []byte) file {
	return file{contentType, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}}
}

// Response is an answer as it goes over the wire.
type Response struct {
	Status      int
	ContentType string
	RetryAfter  string
	Body        []byte
	Stream      func(io.Writer) error // writes the body of a file
}

func (a answer) encode() Response {
	switch document := a.document.(type) {
	case nil:
		return Response{Status: a.status}
	case file:
		return Response{Status: a.status, ContentType: document.contentType, Stream: document.write}
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.document); err != nil {
		return Response{Status: http.StatusInternalServerError, ContentType: "text/plain", Body: []byte(err.Error())}
	}
	return Response{Status: a.status, ContentType: "application/vnd.api+json", Body: body.Bytes()}
}

// Whole returns the response with its body in memory.
func (r Response) Whole() Response {
	if r.Stream == nil {
		return r
	}
	var body bytes.Buffer
	_ = r.Stream(&body) // a buffer takes everything
	r.Body, r.Stream = body.Bytes(), nil
	return r
}

// Write sends the response, of whose body only part may be sent.
func (r Response) Write(w http.ResponseWriter, part []byte) {
	h := w.Header()
	if r.RetryAfter != "" {
		h.Set("Retry-After", r.RetryAfter)
	}
	bodyless := r.Status == http.StatusNoContent || r.Status == http.StatusNotModified
	hasBody := (len(r.Body) > 0 || r.Stream != nil) && !bodyless
	if hasBody {
		h.Set("Content-Type", r.ContentType)
	}
	if hasBody && r.Stream == nil {
		h.Set("Content-Length", strconv.Itoa(len(r.Body)))
	}
	w.WriteHeader(r.Status)
	switch { // a client that went away is no concern of the server's
	case hasBody && r.Stream != nil:
		_ = r.Stream(w)
	case hasBody:
		_, _ = w.Write(part)
	}
}

// refusal is an error that the API responds with. Which members it has differs from one to the other.
type refusal struct {
	status    int
	members   object
	withoutID bool
	file      *file // in place of all these members: the error of a file host
}

// apiError is an error with detail, id and status, and a title unless that is empty.
func apiError(status int, detail any, title string) *refusal {
	members := object{"detail": detail, "status": status}
	if title != "" {
		members["title"] = title
	}
	return &refusal{status: status, members: members}
}

func authenticationFailed() *refusal {
	return apiError(http.StatusUnauthorized, "Authentication failed.", "Unauthorized")
}

func methodNotAllowed() *refusal {
	return apiError(http.StatusMethodNotAllowed, "The method is not allowed for the requested URL.", "Method Not Allowed")
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
	return apiError(http.StatusNotFound, "Could not find that resource on your account.", "")
}

// unprocessable is an error about the values sent. Its detail is an object, field by field.
func unprocessable(detail any) *refusal {
	return apiError(http.StatusUnprocessableEntity, detail, "")
}

// refused is the answer to a call that is refused.
func (a *Account) refused(r *refusal) answer {
	if r.file != nil {
		return answer{r.status, *r.file}
	}
	if !r.withoutID {
		a.errorCount++
		r.members["id"] = uuid("error", a.errorCount)
	}
	return answer{r.status, object{"errors": []object{r.members}}}
}
