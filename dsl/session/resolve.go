package session

import (
	"fmt"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// Limits of what the checker can follow in one register.
const (
	mostValues  = 1 << 16 // of a range
	mostLength  = 1 << 12 // of a finite array
	mostPayload = 1 << 30 // of bytes, strings and slices
)

// pendingEnd is an end type whose points are known only when its protocol has been projected.
type pendingEnd struct {
	file *dsl.File
	decl *dsl.EndType
	end  *EndType
}

// TypeOf resolves a type expression of file f. An end type without "at" stands at the protocol's start (States is [0]); a holder that means
// "anywhere" takes a copy with States nil. Set and tuple types are not types of values: the holder resolves their parts. A nil type without diagnostics names a
// declaration that is wrong and has been reported.
func (p *Package) TypeOf(f *dsl.File, t dsl.Type, env Env) (*Type, []*dsl.Diagnostic) {
	switch t := t.(type) {
	case *dsl.NamedType:
		return p.namedType(f, t, env)
	case *dsl.RangeType:
		return p.rangeType(f, t, env)
	case *dsl.ArrayType:
		return p.arrayType(f, t, env)
	case *dsl.SliceType:
		return p.sliceType(f, t, env)
	case *dsl.EndType:
		return p.endType(f, t)
	case *dsl.SetType:
		return nil, one(at(f, t, dsl.TypeMisplaced, "a set of ends can only be a var of a component"))
	case *dsl.TupleType:
		return nil, one(at(f, t, dsl.TypeMisplaced, "a tuple can only be the member of a set"))
	}
	panic(fmt.Sprintf("session: type expression %T", t))
}

// namedType resolves a builtin or declared name.
func (p *Package) namedType(f *dsl.File, t *dsl.NamedType, env Env) (*Type, []*dsl.Diagnostic) {
	name := t.Name.Name.Name
	goName, builtin := builtins[name]
	if t.Name.Package != nil || !builtin {
		if t.Max != nil {
			return nil, one(at(f, t.Max, dsl.MaxMisplaced, "max belongs to bytes, string and slices"))
		}
		o, diag := p.Lookup(f, t.Name)
		if o == nil {
			if diag != nil && len(diag.Notes) == 0 {
				diag.Notes = append(diag.Notes, "types that need no declaration: bool, range a..b, int to int64, uint to uint64, string, bytes max n, duration")
			}
			return nil, one(diag)
		}
		if typ, ok := o.(*Type); ok {
			return typ, nil
		}
		diag = at(f, t, dsl.NameKind, "%s is %s, and a type is needed here", name, kindOf(o))
		if pr, ok := o.(*Protocol); ok && len(pr.Roles) > 0 {
			diag.Notes = append(diag.Notes, fmt.Sprintf("the end of a channel is written with its role: %s.%s", name, pr.Roles[0]))
		}
		return nil, one(diag)
	}
	typ := &Type{Name: name, Go: goName}
	switch name {
	case "bool":
		typ.Kind = Bool
	case "size":
		typ.Kind = Size
	case "handle":
		typ.Kind = Handle
	case "string", "bytes":
		if t.Max == nil {
			if name == "bytes" {
				return nil, one(at(f, t, dsl.MaxMissing, "bytes needs the most that a message may carry: bytes max n"))
			}
			return typ, nil
		}
		n, diag := p.length(f, t.Max, env, 1, mostPayload)
		typ.Max = n
		typ.Name = fmt.Sprintf("%s max %d", name, n)
		return typ, one(diag)
	}
	if t.Max != nil {
		return nil, one(at(f, t.Max, dsl.MaxMisplaced, "max belongs to bytes, string and slices"))
	}
	return typ, nil
}

// rangeType resolves "range lo..hi".
func (p *Package) rangeType(f *dsl.File, t *dsl.RangeType, env Env) (*Type, []*dsl.Diagnostic) {
	lo, diag := p.ConstOf(f, t.Lo, env)
	if diag != nil {
		return nil, one(diag)
	}
	hi, diag := p.ConstOf(f, t.Hi, env)
	if diag != nil {
		return nil, one(diag)
	}
	if lo > hi {
		return nil, one(at(f, t, dsl.RangeEmpty, "range %d..%d has no values", lo, hi))
	}
	if uint64(hi)-uint64(lo) >= mostValues || lo < -1<<31 || hi >= 1<<31 {
		diag := at(f, t, dsl.TypeTooLarge, "range %d..%d is too large to be followed by the checker", lo, hi)
		diag.Notes = []string{fmt.Sprintf("a range has at most %d values of 32 bits; a number that nobody decides on can be an int64 or uint64", mostValues)}
		return nil, one(diag)
	}
	return &Type{Kind: Range, Name: fmt.Sprintf("range %d..%d", lo, hi), Lo: lo, Hi: hi}, nil
}

// arrayType resolves "[n]elem": of finite values or ends an Array, else opaque.
func (p *Package) arrayType(f *dsl.File, t *dsl.ArrayType, env Env) (*Type, []*dsl.Diagnostic) {
	elem, diags := p.TypeOf(f, t.Elem, env)
	n, diag := p.length(f, t.Len, env, 1, mostPayload)
	if diag != nil {
		return nil, append(diags, diag)
	}
	if elem == nil || len(diags) > 0 {
		return nil, diags
	}
	typ := &Type{Kind: Array, Name: fmt.Sprintf("[%d]%s", n, elem.Name), Len: n, Elem: elem}
	switch {
	case elem.Finite(), elem.Kind == End:
		if n > mostLength {
			return nil, one(at(f, t, dsl.TypeTooLarge, "an array that the checker follows has at most %d elements", mostLength))
		}
	case elem.Kind == Opaque, elem.Kind == Struct:
		typ.Kind = Opaque
		if elem.Go != "" {
			typ.Go = fmt.Sprintf("[%d]%s", n, elem.Go)
		}
	default:
		return nil, one(at(f, t.Elem, dsl.TypeMisplaced, "an array holds finite values, data or ends, not %s", elem.Name))
	}
	return typ, nil
}

// sliceType resolves "[]elem max n", which is opaque.
func (p *Package) sliceType(f *dsl.File, t *dsl.SliceType, env Env) (*Type, []*dsl.Diagnostic) {
	elem, diags := p.TypeOf(f, t.Elem, env)
	if t.Max == nil {
		return nil, append(diags, at(f, t, dsl.MaxMissing, "a slice needs the most elements that a message may carry: []%s max n", "T"))
	}
	n, diag := p.length(f, t.Max, env, 1, mostPayload)
	if diag != nil {
		return nil, append(diags, diag)
	}
	if elem == nil || len(diags) > 0 {
		return nil, diags
	}
	switch elem.Kind {
	case End, Handle, Size:
		return nil, one(at(f, t.Elem, dsl.TypeMisplaced, "a slice carries data, not %s", elem.Name))
	}
	typ := &Type{Kind: Opaque, Name: fmt.Sprintf("[]%s max %d", elem.Name, n), Max: n, Elem: elem}
	if elem.Go != "" {
		typ.Go = "[]" + elem.Go
	}
	return typ, nil
}

// endType resolves "Protocol.role at points".
func (p *Package) endType(f *dsl.File, t *dsl.EndType) (*Type, []*dsl.Diagnostic) {
	o, diag := p.Lookup(f, t.Protocol)
	if o == nil {
		return nil, one(diag)
	}
	pr, ok := o.(*Protocol)
	if !ok {
		return nil, one(at(f, t.Protocol, dsl.NameKind, "%s is %s, and the end of a protocol is needed here", t.Protocol.Name.Name, kindOf(o)))
	}
	role := pr.RoleNamed(t.Role.Name)
	if role < 0 {
		diag := at(f, t.Role, dsl.EndRoleUnknown, "protocol %s has no role %s", pr.Name, t.Role.Name)
		diag.Related = []dsl.Related{{At: pr.At, Message: "its roles are " + strings.Join(pr.Roles, ", ")}}
		return nil, one(suggest(diag, t.Role.Name, append([]string(nil), pr.Roles...)))
	}
	end := &EndType{Protocol: pr, Role: role, States: []int{0}}
	name := pr.QName() + "." + t.Role.Name
	var points []string
	for _, a := range t.At {
		points = append(points, a.Name)
	}
	if len(points) > 0 {
		name += " at " + strings.Join(points, ", ")
		pending := &pendingEnd{file: f, decl: t, end: end}
		if p.names.loaded {
			if diags := pending.resolve(); len(diags) > 0 {
				return nil, diags
			}
		} else {
			p.names.ends = append(p.names.ends, pending)
		}
	}
	return &Type{Kind: End, Name: name, End: end}, nil
}

// resolve fills in the states of the points.
func (e *pendingEnd) resolve() []*dsl.Diagnostic {
	if e.end.Protocol.Locals == nil {
		return nil // the protocol is wrong, which is reported there
	}
	local := e.end.Protocol.Locals[e.end.Role]
	var diags []*dsl.Diagnostic
	stands := make([]bool, len(local.States))
	for _, a := range e.decl.At {
		states := local.StateNamed(a.Name)
		if len(states) == 0 {
			diag := at(e.file, a, dsl.EndPointUnknown, "role %s of protocol %s never stands at a point %s", e.decl.Role.Name, e.end.Protocol.Name, a.Name)
			diags = append(diags, suggest(diag, a.Name, local.pointNames()))
		}
		for _, s := range states {
			stands[s] = true
		}
	}
	e.end.States = nil
	for s, is := range stands {
		if is {
			e.end.States = append(e.end.States, s)
		}
	}
	return diags
}

// pointNames lists the names of all points of a local type.
func (l *Local) pointNames() []string {
	var names []string
	for _, s := range l.States {
		names = append(names, s.Names...)
	}
	return names
}

// length evaluates a length or maximum.
func (p *Package) length(f *dsl.File, e dsl.Expr, env Env, least, most int64) (int, *dsl.Diagnostic) {
	n, diag := p.ConstOf(f, e, env)
	if diag != nil {
		return 0, diag
	}
	if n < least || n > most {
		return 0, at(f, e, dsl.LengthWrong, "%d is no length: it must lie between %d and %d", n, least, most)
	}
	return int(n), nil
}

// one makes a list of a diagnostic that may be nil.
func one(d *dsl.Diagnostic) []*dsl.Diagnostic {
	if d == nil {
		return nil
	}
	return []*dsl.Diagnostic{d}
}
