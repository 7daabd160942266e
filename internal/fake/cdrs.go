package fake

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// ExportCompletedAfter is how long an export of call detail records takes.
	ExportCompletedAfter = time.Minute

	// ExportExpiresAfter is how long a completed export can be downloaded.
	ExportExpiresAfter = 3 * 24 * time.Hour

	maxExportWindow = 92 * 24 * time.Hour
)

// firstExport is the number after which the ids of exports begin.
const firstExport = 38646

// exportHost begins the links of exports, but for those of new ones: a host that only the API itself knows.
const exportHost = "http://cdr-api"

func exportOperations() []Operation {
	return []Operation{
		{"POST", "/v2/cdrs/exports", "cdrs.create", (*Account).createExport},
		{"GET", "/v2/cdrs/exports{?status,limit,offset}", "cdrs.list", (*Account).listExports},
		{"GET", "/v2/cdrs/exports/{export}", "cdrs.get", (*Account).getExport},
	}
}

// FailExport makes an export of call detail records fail. It is an error if there is no such export or it is
// completed.
func (a *Account) FailExport(id string, now time.Time) error {
	e, found := find(a.exports, id)
	switch {
	case !found:
		return fmt.Errorf("flowroutetest: no export %s", id)
	case e.status(now) == exportCompleted:
		return fmt.Errorf("flowroutetest: export %s is completed", id)
	}
	if e.failed {
		return nil
	}
	e.failed = true
	a.expectNotice(now, exportNotice, e.notice(func() string { return exportFailed }))
	return nil
}

// export is an export of the records of calls.
type export struct {
	id        string
	callback  string // URL to tell when it is done; empty for none
	filter    callFilter
	given     object // the filter as it was sent, with its times in the API's form
	calls     callHistory
	totals    callTotals
	requested time.Time
	failed    bool
}

func (e *export) recordID() string { return e.id }

const (
	exportProcessing = "processing"
	exportCompleted  = "completed"
	exportFailed     = "failed"
)

func (e *export) status(now time.Time) string {
	switch {
	case e.failed:
		return exportFailed
	case now.Before(e.completed()):
		return exportProcessing
	}
	return exportCompleted
}

// notice says that the export has come to a state.
func (e *export) notice(status func() string) notice {
	return notice{
		name:         "CDR Export #" + e.id,
		resourceType: "cdrexports",
		resource:     e.id,
		status:       status,
		url:          func() string { return e.callback },
	}
}

func (e *export) completed() time.Time { return e.requested.Add(ExportCompletedAfter) }
func (e *export) expires() time.Time   { return e.completed().Add(ExportExpiresAfter) }

// exportTime is a time as the API's exports have it.
func exportTime(t time.Time) string {
	return t.Format("2006-01-02T15:04:05-07:00")
}

// attributes are those of the export, without those of its filter.
func (e *export) attributes(c *Call) object {
	attributes := object{
		"billed_minutes":  nil,
		"call_subtotal":   nil,
		"callback_url":    orNull(e.callback),
		"ccrf":            nil,
		"cnamlookup_fees": nil,
		"connect_fees":    nil,
		"created_at":      exportTime(e.requested),
		"download_url":    nil,
		"expires_at":      nil,
		"num_calls":       nil,
		"requested_at":    exportTime(e.requested),
		"status":          e.status(c.Now),
		"total_cost":      nil,
		"usf_fees":        nil,
	}
	if e.status(c.Now) != exportCompleted {
		return attributes
	}
	t := e.totals
	attributes["billed_minutes"] = (t.billedSeconds + 59) / 60
	attributes["call_subtotal"] = t.subtotal.total()
	attributes["ccrf"] = t.ccrf.total()
	attributes["cnamlookup_fees"] = t.cnamLookupFee.total()
	attributes["connect_fees"] = t.connectFee.total()
	attributes["created_at"] = exportTime(e.completed())
	attributes["download_url"] = c.signed(e.storagePath())
	attributes["expires_at"] = exportTime(e.expires())
	attributes["num_calls"] = t.calls
	attributes["total_cost"] = t.cost().total()
	attributes["usf_fees"] = t.usfFee.total()
	return attributes
}

func (e *export) storagePath() string {
	return "cdrexports/" + e.id + ".csv.gz"
}

// createExport answers as the API is known to: with the filter among the attributes, and a time in another zone.
func (a *Account) createExport(c *Call) answer {
	in := c.enveloped("cdrexport")
	callback := in.text("callback_url", optional(webAddress))
	given := in.within("filter_parameters")
	var filter callFilter
	switch {
	case given.values != nil:
		filter = given.callFilter()
	case len(in.problems["filter_parameters"]) == 0:
		in.problems.add("filter_parameters", missing)
	}
	if !c.ok() {
		return answer{}
	}
	e := &export{
		id:        serial(&a.exportCount, firstExport),
		callback:  callback,
		filter:    filter,
		given:     given.values,
		calls:     a.calls,
		totals:    a.calls.totals(filter),
		requested: c.Now,
	}
	e.given["start_call_start_time"], e.given["start_call_end_time"] = exportTime(filter.start), exportTime(filter.end)
	a.exports = append(a.exports, e)
	a.expectNotice(e.completed(), exportNotice, e.notice(func() string {
		if e.failed {
			return ""
		}
		return exportCompleted
	}))

	attributes := e.attributes(c)
	maps.Copy(attributes, e.given)
	attributes["created_at"] = exportTime(c.Now.In(time.FixedZone("", 3*60*60)))
	return created(object{"data": object{
		"attributes": attributes,
		"id":         e.id,
		"links":      self(host + "/v2/cdrs/exports/" + e.id),
		"type":       "cdrexport",
	}})
}

// listExports has ids that are numbers, and wraps each export once more. The newest come first, which is the server's
// own choice.
func (a *Account) listExports(c *Call) answer {
	in := c.parameters()
	status := in.text("status", oneOf(exportProcessing, exportCompleted, exportFailed))
	p := page{in, in.integer("limit", defaultLimit, 1, 200), in.integer("offset", 0, 0, 0)}
	var found []*export
	for _, e := range slices.Backward(a.exports) {
		if status == "" || status == e.status(c.Now) {
			found = append(found, e)
		}
	}
	shown, more := paged(p, found)
	link := func(offset int) string {
		parameters := []string{"offset=" + strconv.Itoa(offset), "limit=" + strconv.Itoa(p.limit)}
		return exportHost + "/cdrs/exports?" + strings.Join(append(parameters, in.echoes...), "&")
	}
	links := self(link(p.offset))
	if more {
		links["next"] = link(p.offset + p.limit)
	}
	data := each(shown, func(e *export) object {
		attributes := e.attributes(c)
		attributes["filter_parameters"] = e.given
		return object{"data": object{"attributes": attributes, "id": json.Number(e.id), "type": "cdrexport"}}
	})
	return ok(object{"data": data, "links": links})
}

// getExport has the lists of the filter as texts, the way another language would print them.
func (a *Account) getExport(c *Call) answer {
	e := named(c, a.exports, "export", apiError(http.StatusNotFound, "No such CDR export", "Resource not found"))
	filter := object{}
	for name, value := range e.given {
		if list, isList := value.([]any); isList {
			value = printed(list)
		}
		filter[name] = value
	}
	attributes := e.attributes(c)
	attributes["filter_parameters"] = filter
	return ok(object{"data": object{
		"attributes": attributes,
		"id":         e.id,
		"links":      self(exportHost + "/cdrs/exports/" + e.id),
		"type":       "cdrexport",
	}})
}

// printed is a list of texts as Python prints it.
func printed(list []any) string {
	items := make([]string, len(list))
	for i, item := range list {
		s := fmt.Sprint(item)
		quote := "'"
		if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
			quote = `"`
		}
		items[i] = quote + strings.NewReplacer(`\`, `\\`, quote, `\`+quote).Replace(s) + quote
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// downloadExport answers with the file as long as it exists.
func (a *Account) downloadExport(c *Call) answer {
	name := c.vars["export"]
	c.refuse(c.fileRefusal("cdrexports/" + name))
	id, _ := strings.CutSuffix(name, ".csv.gz")
	e, found := find(a.exports, id)
	if !found || e.status(c.Now) != exportCompleted || !c.Now.Before(e.expires()) {
		return c.refuse(noSuchFile())
	}
	return answer{http.StatusOK, file{"application/gzip", e.calls.writer(e.filter)}}
}

// callColumns heads the files of exports.
const callColumns = "direction,start_time,end_time,destination,number_alias,callerid,total_cost,destination_name," +
	"callerid_country,line_information,result,call_fail_sip_code,call_fail_reason,duration,billed_duration,rate," +
	"first_increment,subsequent_increment,cost_subtotal,connect_fee,usf_fee,ccrf,cnam_lookup_fee,custom_x_tag," +
	"customer_ip\n"

// writer returns what writes the compressed records of the calls that a filter lets through, one after the other.
func (h callHistory) writer(f callFilter) func(io.Writer) error {
	return func(w io.Writer) error {
		const chunk = 32 << 10
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return err
		}
		rows := append(make([]byte, 0, 2*chunk), callColumns...)
		for record := range h.all(f) {
			if rows = record.appendRow(rows); len(rows) < chunk {
				continue
			}
			if _, err := z.Write(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
		if _, err := z.Write(rows); err != nil {
			return err
		}
		return z.Close()
	}
}
