package session

import (
	"reflect"
	"sort"

	"github.com/protoc-os/protoc-os/dsl"
)

// unusedImports warns of imports that no name of the file goes through.
func unusedImports(f *dsl.File, names map[string]*imported) []*dsl.Diagnostic {
	used := map[string]bool{}
	for _, d := range f.Decls {
		qualifiers(reflect.ValueOf(d), used)
	}
	var diags []*dsl.Diagnostic
	for name, imp := range names {
		if !used[name] && imp.pkg != nil {
			d := at(f, imp.decl, dsl.ImportUnused, "%s is imported and not used", name)
			d.Severity = dsl.Warning
			diags = append(diags, d)
		}
	}
	sort.Slice(diags, func(i, j int) bool { return diags[i].At.Span.Start < diags[j].At.Span.Start })
	return diags
}

// qualifiers collects the names before a dot anywhere in a tree: of a QName, and at the root of a Select.
func qualifiers(v reflect.Value, used map[string]bool) {
	switch v.Kind() {
	case reflect.Interface:
		qualifiers(v.Elem(), used)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch n := v.Interface().(type) {
		case *dsl.QName:
			if n.Package != nil {
				used[n.Package.Name] = true
			}
		case *dsl.Select:
			if x, ok := n.X.(*dsl.Name); ok {
				used[x.Name] = true
			}
		}
		qualifiers(v.Elem(), used)
	case reflect.Struct:
		for i := range v.NumField() {
			qualifiers(v.Field(i), used)
		}
	case reflect.Slice:
		for i := range v.Len() {
			qualifiers(v.Index(i), used)
		}
	}
}
