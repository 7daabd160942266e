package fake

import (
	"fmt"
	"net/http"
	"path"
	"strings"
)

// portFile is a document that belongs to an order.
type portFile struct {
	id, name string
	uploaded bool
}

func (f *portFile) recordID() string { return f.id }

// addDocuments gives the order files by name. One that is a web address has been uploaded.
func (o *portOrder) addDocuments(names []string) {
	for _, name := range names {
		o.addFile(name).uploaded = webAddress(name) == ""
	}
}

func (o *portOrder) addFile(name string) *portFile {
	f := &portFile{id: fmt.Sprint(len(o.files)), name: name}
	o.files = append(o.files, f)
	return f
}

// file is a file of the order.
func (o *portOrder) file(f *portFile) object {
	status := "pending"
	if f.uploaded {
		status = "uploaded"
	}
	return object{
		"attributes": object{"filename": f.name, "status": status},
		"id":         f.id,
		"links":      self(o.url() + "/files/" + f.id),
		"type":       "portorder-file",
	}
}

// requestLOA answers that the letter of authorization has been sent. What the API answers is not known.
func (a *Account) requestLOA(c *Call) answer {
	a.openPortOrder(c)
	return noContent()
}

// signLOA takes the signature. Orders go on without one, too.
func (a *Account) signLOA(c *Call) answer {
	a.openPortOrder(c)
	in := c.flat()
	in.required("type", oneOf("loa"))
	in.required("signature_name")
	in.required("signature_title")
	return answer{status: http.StatusCreated}
}

// createPortFile answers with the file and where to upload it. The form of that is the server's own choice.
func (a *Account) createPortFile(c *Call) answer {
	o := a.openPortOrder(c)
	in := c.flat()
	name := in.required("filename")
	if !c.ok() {
		return answer{}
	}
	f := o.addFile(name)
	o.modified = c.Now
	data := o.file(f)
	data["attributes"].(object)["url"] = c.signedUpload(o.storagePath(f.id), documentType(name))
	return created(object{"data": data})
}

// documentType is the content type that the upload of a file is signed with. Only that of a PDF is.
func documentType(name string) string {
	if strings.EqualFold(path.Ext(name), ".pdf") {
		return "application/pdf"
	}
	return ""
}

func (o *portOrder) storagePath(file string) string {
	return "portorders/" + o.id + "/" + file
}

func (a *Account) getPortFile(c *Call) answer {
	o := a.portOrder(c)
	f := named(c, o.files, "file", refuse(http.StatusNotFound, "No such file", "Resource not found"))
	return ok(object{"data": o.file(f)})
}

// uploadPath is the path of the file that a request uploads.
func (c *Call) uploadPath() string { return "portorders/" + c.vars["order"] + "/" + c.vars["file"] }

// uploadPortFile doesn't keep what is uploaded: the server records it with the request.
func (a *Account) uploadPortFile(c *Call) answer {
	c.refuse(c.uploadRefusal())
	o := named(c, a.portOrders, "order", noSuchFile())
	f := named(c, o.files, "file", noSuchFile())
	if c.ok() {
		f.uploaded = true
	}
	return answer{status: http.StatusOK}
}
