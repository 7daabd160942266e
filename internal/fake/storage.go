package fake

import (
	"cmp"
	"crypto/subtle"
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
	return c.base + storage + path + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=" + signature(path)
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

// fileRefusal refuses a request that may not use the file at a path. It is nil for one that may.
func (c *Call) fileRefusal(path string) *refusal {
	switch given := c.query.Get("X-Amz-Signature"); {
	case len(c.header.Values("Authorization")) > 0:
		return storageError(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
	case given == "":
		return storageError(http.StatusForbidden, "AccessDenied", "Access Denied")
	case subtle.ConstantTimeCompare([]byte(given), []byte(signature(path))) == 0:
		return wrongSignature()
	}
	return nil
}

// uploadRefusal refuses a request that may not upload the file at its path. It is nil for one that may, which has
// exactly the content type that its URL is signed with, or none if its URL has none.
func (c *Call) uploadRefusal() *refusal {
	path, contentType := c.uploadPath(), c.query.Get("content-type")
	if contentType != "" {
		path += " as " + contentType
	}
	if r := c.fileRefusal(path); r != nil {
		return r
	}
	if c.header.Get("Content-Type") != contentType {
		return wrongSignature()
	}
	return nil
}

func wrongSignature() *refusal {
	return storageError(http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match.")
}

func noSuchFile() *refusal {
	return storageError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

// storageError is an error of the file host, which has XML where the API has JSON.
func storageError(status int, code, message string) *refusal {
	body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		"<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
	f := wholeFile("application/xml", []byte(body))
	return &refusal{status: status, file: &f}
}
