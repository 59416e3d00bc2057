package gen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// dataFile is what data.tmpl shows: the constants, enums and structs that a package declares.
type dataFile struct {
	Consts  []constant
	Enums   []enumType
	Structs []structType
}

type constant struct {
	Name  string
	Value int64
}

type enumType struct {
	Name, Of string // Go name and underlying type
	Cases    []enumCase
}

type enumCase struct{ Go, Text string }

type structType struct {
	Name   string
	Fixed  bool // looks alike in a queue
	Fields []structField
}

type structField struct {
	Name, API, Slot string
	Check, Put, Get string
}

func (f *goFile) data() (*dataFile, error) {
	d := &dataFile{}
	for _, name := range slices.Sorted(maps.Keys(f.pkg.Consts)) {
		d.Consts = append(d.Consts, constant{exported(name), f.pkg.Consts[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(f.pkg.Types)) {
		t := f.pkg.Types[name]
		if t.Decl != f.pkg.Path+"."+name {
			continue
		}
		switch {
		case t.Kind == session.Enum:
			e := enumType{Name: exported(name), Of: "uint8"}
			if len(t.Cases) > 256 {
				e.Of = "uint16"
			}
			for _, c := range t.Cases {
				e.Cases = append(e.Cases, enumCase{e.Name + exported(c), c})
			}
			d.Enums = append(d.Enums, e)
		case len(t.Fields) > 0:
			s, err := f.structType(t, exported(name))
			if err != nil {
				return nil, fmt.Errorf("struct %s.%s: %w", f.pkg.Name, name, err)
			}
			d.Structs = append(d.Structs, s)
		}
	}
	return d, nil
}

func (f *goFile) structType(t *session.Type, name string) (structType, error) {
	s := structType{Name: name, Fixed: true}
	for _, field := range t.Fields {
		sh, err := f.shapeOf(field.Type)
		if err != nil {
			return s, fmt.Errorf("field %s: %w", field.Name, err)
		}
		goName := exported(field.Name)
		part := structField{Name: goName, API: sh.API, Slot: sh.Slot, Put: fmt.Sprintf(sh.Put, "v."+goName, "p."+goName), Get: fmt.Sprintf(sh.Get, "p."+goName)}
		if sh.Check != "" {
			part.Check = strings.ReplaceAll(sh.Check, "%[1]s", "v."+goName)
		}
		s.Fixed = s.Fixed && sh.API == sh.Slot
		s.Fields = append(s.Fields, part)
	}
	return s, nil
}

// fileName is the name of a protocol's file: BlockPort → block_port.
func fileName(name string) string {
	var b strings.Builder
	before := rune(0)
	for _, c := range name {
		if unicode.IsUpper(c) && before != 0 && !unicode.IsUpper(before) && before != '_' {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
		before = c
	}
	s := b.String()
	if s == "data" || strings.HasSuffix(s, "_test") { // taken, and not built
		s += "_protocol"
	}
	return s
}
