package session

import (
	"fmt"

	"github.com/protoc-os/protoc-os/dsl"
)

// ElaborateOptions choose what a system is elaborated for.
type ElaborateOptions struct {
	Run      bool               // take the run values of the parameters instead of the check values
	Params   map[string]int64   // values that take the place of those in the source
	Capacity map[string]int     // per protocol ("fs.File"), what a "?" stands for
	apart    map[string]bool    // parts of which only an environment is there
	leaving  map[Role]bool      // environments that hold these may abandon them at any time
	patient  map[*Protocol]bool // somebody waits for a place to make one of these; nil: nobody knows
	lent     *lent              // with apart, or of a part: the limits of the whole
}

// Elaborate turns a declared system into machines, instances and sessions: parameters get their values, parts are flattened, exported ends are
// given to environments. The system is nil if there is an error among the diagnostics; those of the components that it uses are among them.
func Elaborate(s *SystemDecl, opts ElaborateOptions) (*System, []*dsl.Diagnostic) {
	a := newAssembly(s, opts)
	top := a.part(s, "", opts.Params, nil)
	if !failed(a.reports) {
		a.environmentsOf(top)
		a.finish(top)
	}
	problems := a.diagnostics()
	if failed(problems) {
		return nil, problems
	}
	return a.sys, problems
}

// assembly is a system while it is put together.
type assembly struct {
	*bench
	opts     ElaborateOptions
	sys      *System
	machines map[*Machine]int
	protocol map[*Protocol]int
	held     map[[2]int]dsl.Position // instance and slot: who connected or exported it
	ends     []endAt                 // all that need to be connected
	limits   []limit
	ordered  []*part
}

// part is a system within the system; the outermost one has no prefix.
type part struct {
	decl    *SystemDecl
	prefix  string
	outer   *part
	env     Env
	members map[string]*member
	names   []string // of members, in source order
	exports map[string]*exported
	order   []string // of exports
}

// member is a named thing of a part: instances, or a part within the part.
type member struct {
	instances []int
	array     bool
	part      *part
	at        dsl.Position
	used      bool
}

// exported is an end, or a list of them, that a part leaves to whoever uses it.
type exported struct {
	ends []endAt
	list bool
	at   dsl.Position
	used bool
}

// endAt is an end that an instance asks for.
type endAt struct {
	instance, slot int
	name           string // "fs.clients[1]"
	end            *EndType
	at             dsl.Position // of the instance
	owner          *part
	outside        bool // of a part that is not there: its environment holds it
}

// limit is a limit item: of a protocol or of a component.
type limit struct {
	of        *part // that says it
	protocol  *Protocol
	component *Component
	most      int
	at        dsl.Position
}

func newAssembly(s *SystemDecl, opts ElaborateOptions) *assembly {
	bench := newBench(nil)
	bench.leaving, bench.patient = opts.leaving, opts.patient
	return &assembly{
		bench: bench, opts: opts,
		sys:      &System{Decl: s, At: position(s.File, s.Decl.Name)},
		machines: map[*Machine]int{},
		protocol: map[*Protocol]int{},
		held:     map[[2]int]dsl.Position{},
	}
}

func (a *assembly) errorf(p *part, n dsl.Node, code dsl.Code, format string, args ...any) problem {
	d := at(p.decl.File, n, code, format, args...)
	a.report(d)
	return problem{d}
}

// part adds a system and all that is in it.
func (a *assembly) part(s *SystemDecl, prefix string, given map[string]int64, outer *part) *part {
	p := &part{decl: s, prefix: prefix, outer: outer, env: Env{}, members: map[string]*member{}, exports: map[string]*exported{}}
	a.ordered = append(a.ordered, p)
	a.params(p, given)
	for _, item := range s.Decl.Items {
		if i, ok := item.(*dsl.Instance); ok {
			if i.Use {
				a.use(p, i)
			} else {
				a.instance(p, i)
			}
		}
	}
	if failed(a.reports) { // what follows would only repeat it
		return p
	}
	for _, item := range s.Decl.Items {
		switch item := item.(type) {
		case *dsl.Connect:
			a.connect(p, item)
		case *dsl.Export:
			a.export(p, item)
		case *dsl.Limit:
			a.limit(p, item)
		}
	}
	return p
}

// params gives the parameters their values.
func (a *assembly) params(p *part, given map[string]int64) {
	known := map[string]*dsl.Param{}
	for _, item := range p.decl.Decl.Items {
		d, ok := item.(*dsl.Param)
		if !ok {
			continue
		}
		name := d.Name.Name
		if first := known[name]; first != nil {
			a.errorf(p, d.Name, dsl.SystemTwice, "param %s is declared twice", name).relatedAt(position(p.decl.File, first.Name), "the first declaration")
			continue
		}
		known[name] = d
		check, fine := a.constant(p, d.Check, p.env)
		run := check
		if d.Run != nil && fine {
			run, fine = a.constant(p, d.Run, p.env)
		}
		if !fine {
			check, run = 1, 1
		}
		if v, ok := given[name]; ok {
			check, run = v, v
		}
		v := check
		if a.opts.Run {
			v = run
		}
		p.env[name] = v
		if p.outer == nil {
			a.sys.Params = append(a.sys.Params, ParamValue{Name: name, Check: check, Run: run})
		}
	}
	if p.outer == nil {
		for _, name := range sortedKeys(given) {
			if known[name] == nil {
				a.errorf(p, p.decl.Decl.Name, dsl.InstanceArgument, "%s has no param %s", p.decl.QName(), name)
			}
		}
	}
}

func (a *assembly) constant(p *part, e dsl.Expr, env Env) (int64, bool) {
	v, d := p.decl.Package.ConstOf(p.decl.File, e, env)
	if d != nil {
		a.report(d)
		return 0, false
	}
	return v, true
}

// instance = name [ "[" expr "]" ] qname [ "(" name "=" expr { "," name "=" expr } ")" ]
func (a *assembly) instance(p *part, d *dsl.Instance) {
	m := a.member(p, d)
	c, problem := lookupComponent(p.decl.Package, p.decl.File, d.Type)
	if problem != nil {
		a.report(problem)
		return
	}
	n := int64(1)
	if d.Len != nil {
		m.array = true
		if v, ok := a.constant(p, d.Len, p.env); ok {
			if n = v; n < 1 || n > 1<<16 {
				a.errorf(p, d.Len, dsl.SystemNumber, "an array of instances has 1 to %d, not %d", 1<<16, n)
				return
			}
		}
	}
	sizes, values := a.arguments(p, d, c)
	machine := a.machine(c, sizes)
	regs, ok := a.initial(p, d, machine, values)
	if !ok {
		return
	}
	for i := range int(n) {
		inst := Instance{Name: p.prefix + d.Name.Name, Index: i, Machine: a.machineIndex(machine), Values: regs, At: position(p.decl.File, d.Name)}
		if m.array {
			inst.Array = inst.Name
			inst.Name = fmt.Sprintf("%s[%d]", inst.Array, i)
		}
		m.instances = append(m.instances, len(a.sys.Instances))
		a.sys.Instances = append(a.sys.Instances, inst)
		for _, param := range machine.Params {
			if param.Group >= 0 {
				a.ends = append(a.ends, endsOf(machine, param.Group, len(a.sys.Instances)-1, inst, p)...)
			}
		}
	}
}

// endsOf lists the ends of a parameter.
func endsOf(m *Machine, group, instance int, inst Instance, p *part) []endAt {
	g := m.Groups[group]
	var ends []endAt
	for i := range g.Len {
		name := inst.Name + "." + g.Name
		if g.Kind == ArrayEnds {
			name = fmt.Sprintf("%s[%d]", name, i)
		}
		for f, field := range g.Fields {
			if len(g.Fields) > 1 {
				name += "." + field.Name
			}
			ends = append(ends, endAt{instance: instance, slot: g.Base + i*len(g.Fields) + f, name: name, end: field.End, at: inst.At, owner: p})
		}
	}
	return ends
}

// member declares a name of the part.
func (a *assembly) member(p *part, d *dsl.Instance) *member {
	m := &member{at: position(p.decl.File, d.Name)}
	if first := p.members[d.Name.Name]; first != nil {
		a.errorf(p, d.Name, dsl.SystemTwice, "%s is declared twice", d.Name.Name).relatedAt(first.at, "the first declaration")
		return m
	}
	if _, ok := p.env[d.Name.Name]; ok {
		a.errorf(p, d.Name, dsl.SystemTwice, "%s is already a param", d.Name.Name)
		return m
	}
	p.members[d.Name.Name] = m
	p.names = append(p.names, d.Name.Name)
	return m
}

// arguments splits what an instance is given into sizes and initial values.
func (a *assembly) arguments(p *part, d *dsl.Instance, c *Component) (sizes Env, values map[string]*dsl.NamedArg) {
	sizes, values = Env{}, map[string]*dsl.NamedArg{}
	for name, v := range p.env {
		sizes[name] = v
	}
	seen := map[string]bool{}
	for _, arg := range d.Args {
		name := arg.Name.Name
		if seen[name] {
			a.errorf(p, arg, dsl.SystemTwice, "%s is given twice", name)
		}
		seen[name] = true
		field := paramNamed(c, name)
		switch {
		case field == nil:
			a.errorf(p, arg.Name, dsl.InstanceArgument, "%s has no parameter %s", c.QName(), name).relatedAt(position(c.File, c.Decl.Name), "the component")
		case isSize(field.Type):
			if v, ok := a.constant(p, arg.Value, p.env); ok {
				sizes[name] = v
			}
		default:
			values[name] = arg
		}
	}
	for _, name := range ownSizes(c) {
		if _, ok := sizes[name]; !ok {
			a.errorf(p, d.Name, dsl.InstanceArgument, "the size %s of %s is not given", name, c.QName()).
				note("write `%s %s(%s = 3)`, or declare `param %s check 3`", d.Name.Name, qnameText(d.Type), name, name)
			sizes[name] = 1
		}
	}
	return sizes, values
}

func paramNamed(c *Component, name string) *dsl.Field {
	for _, f := range c.Decl.Params {
		if f.Name.Name == name {
			return f
		}
	}
	return nil
}

// initial returns the initial values of a machine's variables for one instance.
func (a *assembly) initial(p *part, d *dsl.Instance, m *Machine, given map[string]*dsl.NamedArg) ([]int32, bool) {
	regs := make([]int32, len(m.Vars))
	for i, v := range m.Vars {
		regs[i] = v.Init
	}
	ok := true
	for _, param := range m.Params {
		arg := given[param.Name]
		if param.Group >= 0 {
			if arg != nil {
				a.errorf(p, arg, dsl.InstanceArgument, "%s is an end: it is connected, not given", param.Name)
				ok = false
			}
			continue
		}
		v := m.Vars[param.Var]
		if arg == nil {
			a.errorf(p, d.Name, dsl.InstanceArgument, "%s needs a value for %s", m.Name, param.Name).
				note("write `%s %s(%s = …)`", d.Name.Name, qnameText(d.Type), param.Name)
			ok = false
			continue
		}
		x, t := (&property{assembly: a, part: p, env: p.env}).expr(arg.Value, v.Type)
		switch {
		case x == nil:
			ok = false
		case x.Op != OpConst || !sameKind(t, v.Type) || x.N < v.Lo || x.N > v.Hi:
			a.errorf(p, arg.Value, dsl.InstanceArgument, "%s is no value of %s", exprText(arg.Value), v.Type.Name)
			ok = false
		default:
			regs[param.Var] = x.N
		}
	}
	return regs, ok
}

// use = "use" name qname [ "(" name "=" expr { "," name "=" expr } ")" ]
func (a *assembly) use(p *part, d *dsl.Instance) {
	m := a.member(p, d)
	s, problem := lookupSystem(p.decl.Package, p.decl.File, d.Type)
	if problem != nil {
		a.report(problem)
		return
	}
	given := map[string]int64{}
	for _, arg := range d.Args {
		v, ok := a.constant(p, arg.Value, p.env)
		if !ok {
			continue
		}
		if !hasParam(s, arg.Name.Name) {
			a.errorf(p, arg.Name, dsl.InstanceArgument, "%s has no param %s", s.QName(), arg.Name.Name).relatedAt(position(s.File, s.Decl.Name), "the system")
			continue
		}
		given[arg.Name.Name] = v
	}
	for up := p; up != nil; up = up.outer {
		if up.decl == s {
			a.errorf(p, d.Type, dsl.PartOfItself, "the system %s uses itself", s.QName())
			return
		}
	}
	if p.outer == nil && !a.opts.Run {
		a.sys.Parts = append(a.sys.Parts, Part{Name: d.Name.Name, Decl: s, Params: given})
	}
	if p.outer == nil && a.opts.apart[d.Name.Name] {
		m.part = a.outside(s, given, d)
		return
	}
	m.part = a.part(s, p.prefix+d.Name.Name+".", given, p)
}

// outside is a part of which nothing is there but what it exports: an environment will hold each of those ends.
func (a *assembly) outside(s *SystemDecl, given map[string]int64, d *dsl.Instance) *part {
	alone := newAssembly(s, ElaborateOptions{Run: a.opts.Run, Capacity: a.opts.Capacity, leaving: a.opts.leaving, patient: a.opts.patient})
	p := alone.part(s, d.Name.Name+".", given, nil)
	for _, x := range p.exports {
		for k := range x.ends {
			x.ends[k].instance, x.ends[k].outside = -1-len(a.sys.Instances), true
		}
	}
	return p
}

func hasParam(s *SystemDecl, name string) bool {
	for _, item := range s.Decl.Items {
		if d, ok := item.(*dsl.Param); ok && d.Name.Name == name {
			return true
		}
	}
	return false
}

func (a *assembly) machineIndex(m *Machine) int {
	i, ok := a.machines[m]
	if !ok {
		i = len(a.sys.Machines)
		a.machines[m] = i
		a.sys.Machines = append(a.sys.Machines, m)
	}
	return i
}

func (a *assembly) protocolIndex(p *Protocol) int {
	i, ok := a.protocol[p]
	if !ok {
		i = len(a.sys.Protocols)
		a.protocol[p] = i
		a.sys.Protocols = append(a.sys.Protocols, p)
	}
	return i
}
