package jsonapi

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// Unread is where a document has values that can't be read, and which are left zero.
type Unread struct {
	Paths []string // of the first ones, e.g. data[3].attributes.timestamp
	Count int      // of all
}

// Add adds the path of a value.
func (u *Unread) Add(path string) {
	const enough = 20
	if u.Count++; len(u.Paths) < enough {
		u.Paths = append(u.Paths, path)
	}
}

func (u *Unread) merge(other Unread) {
	for _, path := range other.Paths {
		u.Add(path)
	}
	u.Count += other.Count - len(other.Paths)
}

// Chooser is a value that is sent in several forms: Choose returns a pointer to what b is to be read into.
type Chooser interface {
	Choose(b []byte) any
}

// read reads valid JSON into what v points to, as much of it as it can. path is where the JSON is in the document. It
// reports whether there is anything of it in the value.
func (u *Unread) read(b []byte, v any, path string) bool {
	return u.value(b, reflect.ValueOf(v).Elem(), path)
}

// value leaves the work to encoding/json if it can do it, and else does it in parts. Values of types with an
// UnmarshalJSON method have no parts.
func (u *Unread) value(b []byte, v reflect.Value, path string) bool {
	const deepest = 32
	if json.Unmarshal(b, v.Addr().Interface()) == nil {
		return true
	}
	v.SetZero()
	chooser, chooses := reflect.TypeAssert[Chooser](v.Addr())
	_, whole := reflect.TypeAssert[json.Unmarshaler](v.Addr())
	switch kind := v.Kind(); {
	case strings.Count(path, ".") > deepest:
	case chooses:
		if u.read(b, chooser.Choose(b), path) {
			return true
		}
		v.SetZero()
		return false
	case whole:
	case kind == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if u.value(b, v.Elem(), path) {
			return true
		}
		v.SetZero()
		return false
	case kind == reflect.Struct && b[0] == '{':
		u.fields(membersOf(b), v, path)
		return true
	case kind == reflect.Slice && b[0] == '[':
		for i, item := range elementsOf(b) {
			u.element(item, v, path+"["+strconv.Itoa(i)+"]")
		}
		return true
	case kind == reflect.Slice && b[0] == '{' && v.Type().Elem().Kind() == reflect.Struct: // one, in place of a list of one
		u.element(b, v, path)
		return true
	}
	u.Add(path)
	return false
}

// element adds an element to a list. One that can't be read is left out, unless it is a resource, which may be counted.
func (u *Unread) element(b []byte, list reflect.Value, path string) {
	item := reflect.New(list.Type().Elem()).Elem()
	_, counts := reflect.TypeAssert[Identified](item)
	if u.value(b, item, path) || counts {
		list.Set(reflect.Append(list, item))
	}
}

func (u *Unread) fields(members map[string]json.RawMessage, v reflect.Value, path string) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			u.fields(members, v.Field(i), path)
		case field.IsExported() && name != "-":
			name = cmp.Or(name, field.Name)
			if b, ok := member(members, name); ok {
				u.value(b, v.Field(i), join(path, name))
			}
		}
	}
}

// membersOf are the members of an object, and none for any other value.
func membersOf(b []byte) (members map[string]json.RawMessage) {
	_ = json.Unmarshal(b, &members)
	return members
}

// elementsOf are the elements of a list.
func elementsOf(b []byte) (items []json.RawMessage) {
	_ = json.Unmarshal(b, &items)
	return items
}

// member is a member of an object, which may be spelled in any case, as for encoding/json.
func member(members map[string]json.RawMessage, name string) (value json.RawMessage, ok bool) {
	if value, ok = members[name]; ok {
		return value, true
	}
	spelling := ""
	for key := range members {
		if strings.EqualFold(key, name) && key > spelling { // always the same one
			spelling = key
		}
	}
	value, ok = members[spelling]
	return value, ok && spelling != ""
}
