package gen

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// exported turns a name of the source into an exported Go name: lba → Lba, node_id → NodeId.
func exported(name string) string {
	var b strings.Builder
	up := true
	for _, c := range name {
		switch {
		case c == '_':
			up = true
		case up:
			b.WriteRune(unicode.ToUpper(c))
			up = false
		default:
			b.WriteRune(c)
		}
	}
	s := b.String()
	if c, _ := utf8.DecodeRuneInString(s); !unicode.IsUpper(c) {
		return "X" + s // a script without upper case
	}
	return s
}

// method turns the name of a label or a case into a method of a state. Where states have one of that name already it says what it does: verb.
func method(name, verb string, taken ...string) string {
	s := exported(name)
	if slices.Contains(taken, s) {
		return verb + s
	}
	return s
}

// local turns a name of the source into a Go parameter that is no keyword and none of the stub's own names.
func local(name string) string {
	switch name {
	case "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go", "goto", "if", "import",
		"interface", "map", "package", "range", "return", "select", "struct", "switch", "type", "var", "s", "p", "e", "err", "label", "step", "channel", "context", "time", "copy", "len":
		return name + "_"
	}
	return name
}

// stateNames names the states of a role: after the point or loop that stands there, else after what led there.
func stateNames(l *session.Local) []string {
	prefix := exported(l.Protocol.Name) + exported(l.Protocol.Roles[l.Role])
	names := make([]string, len(l.States))
	used := map[string]bool{}
	claim := func(i int, name string) bool {
		if names[i] != "" || used[name] {
			return false
		}
		names[i], used[name] = prefix+name, true
		return true
	}
	for i, s := range l.States {
		if s.End {
			claim(i, "End")
		}
	}
	for i, s := range l.States {
		for _, n := range s.Names {
			if claim(i, exported(n)) {
				break
			}
		}
	}
	claim(0, "Start")
	for i, s := range l.States {
		for _, e := range s.Edges {
			claim(e.Next, "After"+exported(l.Protocol.Labels[e.Label].Name))
		}
		_ = i
	}
	for i := range names {
		for n := 2; names[i] == ""; n++ {
			claim(i, fmt.Sprintf("State%d", n))
		}
	}
	return names
}

// qualified is the Go name of something in another package, with its import noted; own things need no qualifier.
func (f *goFile) qualified(pkg *session.Package, name string) string {
	if pkg == f.pkg {
		return name
	}
	f.imports[pkg.Path] = pkg.Name
	return pkg.Name + "." + name
}
