package fake

import (
	"strconv"
	"strings"
)

// defaultLimit is the size of a page whose request doesn't say. (For messages the API's own default isn't known.)
const defaultLimit = 10

// page is which part of a list is asked for.
type page struct {
	in            *reader // of the parameters that the links repeat
	limit, offset int
}

// page reads which part of a list is asked for: at most most records at once, or any number if that is 0.
func (in *reader) page(most int) page {
	limit := in.integer("limit", defaultLimit, 1, most)
	in.echo("limit", strconv.Itoa(limit))
	return page{in, limit, in.integer("offset", 0, 0, 0)}
}

// link is the URL, at the API, of the list from an offset on.
func (p page) link(path string, offset int) string {
	return host + path + "?" + strings.Join(append(p.in.echoes, "offset="+strconv.Itoa(offset)), "&")
}

// paged returns those of the records that are asked for, and whether more follow.
func paged[T any](p page, records []T) (shown []T, more bool) {
	rest := records[min(p.offset, len(records)):]
	size := min(p.limit, len(rest))
	return rest[:size], len(rest) > size
}

// list is the answer of a list at a path: the records asked for, each as describe has it, and links to this page
// and the next.
func list[T any](p page, path string, records []T, describe func(T) object) answer {
	shown, more := paged(p, records)
	links := self(p.link(path, p.offset))
	if more {
		links["next"] = p.link(path, p.offset+p.limit)
	}
	return ok(object{"data": each(shown, describe), "links": links})
}

// each describes records one by one.
func each[T any](records []T, describe func(T) object) []object {
	objects := make([]object, len(records))
	for i, r := range records {
		objects[i] = describe(r)
	}
	return objects
}
