package transport

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// signedType is the content type that an upload to a presigned URL must have. It is empty if none is signed: S3 refuses
// an upload with another type than the signed one, and with any type if the signature has none.
func signedType(link *url.URL) string {
	var signedHeaders string
	query, _ := url.ParseQuery(strings.ReplaceAll(link.RawQuery, ";", "%3B")) // which separates names of headers only
	for name, values := range query {
		switch strings.ToLower(name) {
		case "content-type": // signature version 2
			return values[0]
		case "x-amz-signedheaders": // signature version 4, which names the header and not its value
			signedHeaders = strings.ToLower(values[0])
		}
	}
	if !slices.Contains(strings.Split(signedHeaders, ";"), "content-type") {
		return ""
	}
	return typeByExtension(path.Ext(link.Path))
}

// typeByExtension is the type of a document. Unlike [mime.TypeByExtension], it does not depend on the machine.
func typeByExtension(extension string) string {
	switch strings.ToLower(extension) {
	case ".pdf":
		return "application/pdf"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	case ".tif", ".tiff":
		return "image/tiff"
	case ".txt":
		return "text/plain"
	case ".csv":
		return "text/csv"
	case ".doc":
		return "application/msword"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".xls":
		return "application/vnd.ms-excel"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "application/octet-stream"
}
