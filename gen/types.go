package gen

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// A shape is how a field's type looks in Go: as a parameter (API) and in the slot memory of a queue (Slot), which holds no pointers.
type shape struct {
	API   string
	Slot  string // type of the payload's field
	Check string // condition under which the argument %[1]s must be refused, "" none
	Why   string // what is wrong then
	Put   string // statement that stores %[1]s into the payload's field %[2]s
	Get   string // expression that reads the payload's field %[1]s
}

// plain is the shape of a type that looks alike in both places.
func plain(typ string) shape {
	return shape{API: typ, Slot: typ, Put: "%[2]s = %[1]s", Get: "%[1]s"}
}

// shapeOf returns the shape of a field of a message. The front end has refused types that no message can carry.
func (f *goFile) shapeOf(t *session.Type) (shape, error) {
	switch t.Kind {
	case session.Bool:
		return plain("bool"), nil
	case session.Enum:
		s := plain(f.typeName(t))
		s.Check, s.Why = fmt.Sprintf("int(%%[1]s) >= %d", len(t.Cases)), "is no case of "+t.Name
		return s, nil
	case session.Range:
		s := plain("int")
		s.Check, s.Why = fmt.Sprintf("%%[1]s < %d || %%[1]s > %d", t.Lo, t.Hi), fmt.Sprintf("is not in %d..%d", t.Lo, t.Hi)
		return s, nil
	case session.Struct:
		return f.structShape(t)
	case session.Array, session.Opaque:
		return f.opaqueShape(t)
	}
	return shape{}, fmt.Errorf("%s cannot be sent", t.Name)
}

func (f *goFile) opaqueShape(t *session.Type) (shape, error) {
	if t.Elem == nil && len(t.Fields) > 0 {
		return f.structShape(t)
	}
	if t.Elem == nil && t.Go != "string" && t.Go != "[]byte" {
		if t.Go == "time.Duration" {
			f.imports["time"] = "time"
		}
		if t.Go == "" { // a range too wide to follow
			return plain("int64"), nil
		}
		return plain(t.Go), nil
	}
	if t.Len > 0 {
		elem, err := f.shapeOf(t.Elem)
		if err == nil && elem.API != elem.Slot {
			err = fmt.Errorf("an array of %s cannot be sent: its elements have no fixed size", t.Elem.Name)
		}
		return plain(fmt.Sprintf("[%d]%s", t.Len, elem.API)), err
	}
	if t.Max == 0 {
		return shape{}, fmt.Errorf("%s has no most bytes: write %s max n, so that its queue has a size", t.Name, t.Name)
	}
	elem := "byte"
	if t.Elem != nil {
		e, err := f.shapeOf(t.Elem)
		if err != nil {
			return shape{}, err
		}
		if e.API != e.Slot {
			return shape{}, fmt.Errorf("a slice of %s cannot be sent: its elements have no fixed size", t.Elem.Name)
		}
		elem = e.API
	}
	s := shape{
		API:   "[]" + elem,
		Slot:  fmt.Sprintf("struct { Len uint32; Data [%d]%s }", t.Max, elem),
		Check: fmt.Sprintf("len(%%[1]s) > %d", t.Max), Why: fmt.Sprintf("is longer than %d", t.Max),
		Put: "%[2]s.Len = uint32(copy(%[2]s.Data[:], %[1]s))",
		Get: "%[1]s.Data[:%[1]s.Len:%[1]s.Len]",
	}
	if t.Go == "string" {
		s.API, s.Get = "string", "string(%[1]s.Data[:%[1]s.Len])"
	}
	return s, nil
}

// structShape refers to the struct's Go type; one whose fields change shape has a slot type beside it.
func (f *goFile) structShape(t *session.Type) (shape, error) {
	name := f.typeName(t)
	fixed := true
	for _, field := range t.Fields {
		s, err := f.shapeOf(field.Type)
		if err != nil {
			return shape{}, fmt.Errorf("field %s: %w", field.Name, err)
		}
		fixed = fixed && s.API == s.Slot
	}
	if fixed {
		return plain(name), nil
	}
	return shape{API: name, Slot: name + "Slot", Check: "!%[1]s.Fits()", Why: "holds something too long",
		Put: "%[2]s.Put(&%[1]s)", Get: "%[1]s.Get()"}, nil
}

// typeName is the Go name of an enum or struct, in its own package or qualified.
func (f *goFile) typeName(t *session.Type) string {
	at := strings.LastIndexByte(t.Decl, '.')
	if at < 0 {
		panic("gen: type " + t.Name + " has no declaration")
	}
	path, name := t.Decl[:at], exported(t.Decl[at+1:])
	return f.qualified(f.packageAt(path), name)
}

func (f *goFile) packageAt(path string) *session.Package {
	if f.pkg.Path == path {
		return f.pkg
	}
	if p := findPackage(f.pkg, path, map[*session.Package]bool{}); p != nil {
		return p
	}
	panic("gen: package " + path + " is not imported by " + f.pkg.Path)
}

func findPackage(from *session.Package, path string, seen map[*session.Package]bool) *session.Package {
	for _, p := range from.Imports {
		if p.Path == path {
			return p
		}
		if !seen[p] {
			seen[p] = true
			if q := findPackage(p, path, seen); q != nil {
				return q
			}
		}
	}
	return nil
}
