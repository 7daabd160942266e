package fake

import (
	"cmp"
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// storage begins the paths of files: what the API has clients upload and download at another service, by URLs that
// are signed and take no credentials. Here it is the same server, but it is as particular as that service is.
const storage = "/storage/"

func storageOperations() []Operation {
	return []Operation{
		{"PUT", storage + "portorders/{order}/{file}", "porting.putFile", (*Account).uploadPortFile},
		{"GET", storage + "cdrexports/{export}", "cdrs.records", (*Account).downloadExport},
	}
}

// presigned reports whether the operation takes a signed URL in place of credentials.
func (op Operation) presigned() bool {
	return strings.HasPrefix(op.Path, storage)
}

// baseURL is the URL of the server as a request reached it, also where it is mounted under a path of another server.
func baseURL(r *http.Request) string {
	base := url.URL{Scheme: "http", Host: cmp.Or(r.Host, "127.0.0.1")}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	prefix := ""
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		prefix, _ = strings.CutSuffix(u.EscapedPath(), r.URL.EscapedPath())
	}
	return base.String() + strings.TrimSuffix(prefix, "/")
}

// signed is the URL of a file, at a path below that of the storage.
func (c *Call) signed(path string) string {
	return fmt.Sprintf("%s%s%s?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=%s", c.base, storage, path, signature(path))
}

// signedUpload is the URL to upload a file to, signed with its content type unless that is empty.
func (c *Call) signedUpload(path, contentType string) string {
	if contentType == "" {
		return c.signed(path)
	}
	query := url.Values{"content-type": {contentType}, "X-Amz-Signature": {signature(path + " as " + contentType)}}
	return c.base + storage + path + "?" + query.Encode()
}

func signature(path string) string {
	return digest("signature of "+path, 1) + digest("signature of "+path, 2)
}

// permitted tells whether a request may use the file at a path, or what it is answered.
func (c *Call) permitted(path string) (refused answer, permitted bool) {
	switch given := c.query.Get("X-Amz-Signature"); {
	case len(c.header.Values("Authorization")) > 0:
		return storageError(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed"), false
	case given == "":
		return storageError(http.StatusForbidden, "AccessDenied", "Access Denied"), false
	case subtle.ConstantTimeCompare([]byte(given), []byte(signature(path))) == 0:
		return storageError(http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match."), false
	}
	return answer{}, true
}

// permittedUpload reports whether a request may upload the file at a path, or how it is refused. It must have exactly
// the content type that its URL is signed with, which may be none.
func (c *Call) permittedUpload(path string) (refused answer, permitted bool) {
	signed := c.query.Get("content-type")
	if signed != "" {
		path += " as " + signed
	}
	if refused, permitted = c.permitted(path); permitted && c.header.Get("Content-Type") != signed {
		return storageError(http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match."), false
	}
	return refused, permitted
}

func noSuchFile() answer {
	return storageError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

// storageError is an error of the storage, which has XML where the API has JSON.
func storageError(status int, code, message string) answer {
	body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
	return answer{status, file{"application/xml", func(w io.Writer) error {
		_, err := io.WriteString(w, body)
		return err
	}}}
}
