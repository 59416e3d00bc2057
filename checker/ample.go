package checker

import (
	"slices"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// Partial-order reduction. A queue has one sender and one receiver at a time, so that nearly all steps of different components commute. Where nothing
// that others do can change what an instance can do next, and nothing that it does next takes anything from others, its steps alone are an ample set
// (Peled, "All from one, one for all", 1993; Clarke, Grumberg, Peled, "Model Checking", 1999, chapter 10). The conditions:
//
//	C0  it has a step.
//	C1  each of its options is ready or not whatever others do before it moves, and its steps commute with theirs: see stable and static.
//	    A step that ends a session or a started instance makes its place free for others. They then may take another place than before; the
//	    places of a pool are alike, so what follows is the same up to their names.
//	C2  no `always` reads it: for deadlock, reception, orphan, leak and assertions every step is invisible, because what they look for persists.
//	C3  one of its steps leads to a state that is not yet expanded (Bošnački, Leue, Lluch Lafuente, "Partial-order reduction for general state
//	    exploring algorithms", 2009): nothing is ignored for ever. The search sees to that.
//
// Not for progress, starvation and eventually, which look at the whole graph.
type ample struct {
	m         *model
	abandoned map[*role]bool            // ends of that role that may be abandoned
	reads     map[*session.Protocol]int // a choose that looks at what others do reads these queues: bits, see readBit
	never     [][]bool                  // per instance and standing state: no matter what the queues hold
	speaks    map[*role][]bool          // per code*peers+peer: it may send to that peer without hearing from it before
	watched   map[*session.Machine]bool // somebody may hold a handle of a started one
	full      []bool                    // per queue: it has been seen full, so that its highest occupancy is known; see fullness
}

// newAmple finds out what can be known beforehand.
func (m *model) newAmple() *ample {
	a := &ample{m: m, abandoned: map[*role]bool{}, reads: map[*session.Protocol]int{}, speaks: map[*role][]bool{}, watched: map[*session.Machine]bool{}, full: make([]bool, len(m.queues))}
	a.findAbandoned()
	a.findReads()
	a.findWatched()
	for _, p := range m.protocols {
		for _, r := range p.roles {
			a.speaks[r] = r.speaks()
		}
	}
	seen := a.findVisible()
	for _, i := range m.instances {
		never := make([]bool, len(i.stand))
		for k, st := range i.stand {
			never[k] = i.fault || !a.static(i, st, seen)
		}
		a.never = append(a.never, never)
	}
	return a
}

// peerOf returns the role that an option talks to.
func (a *ample) peerOf(mc *session.Machine, x *session.Action) *role {
	t := mc.Groups[x.Slot.Group].Fields[x.Slot.Field].End
	return a.m.protocolOf(t.Protocol).roles[x.Peer]
}

// findAbandoned finds the roles whose ends may ever be abandoned.
func (a *ample) findAbandoned() {
	if !a.m.abandons {
		return
	}
	for _, r := range a.m.abandonedRoles() {
		a.abandoned[r] = true
	}
}

// findWatched finds the components whose started instances may be watched by a handle.
func (a *ample) findWatched() {
	for _, mc := range a.m.sys.Machines {
		for s := range mc.States {
			for e := range mc.States[s].Edges {
				if x := &mc.States[s].Edges[e].Action; x.Kind == session.StartChild && len(x.Into) > 0 {
					a.watched[x.Child] = true
				}
			}
		}
	}
}

// readBit is the bit of a protocol that says that a choose looks whether a queue has room, or whether it has a message.
func readBit(from, to, roles int, message bool) int {
	b := 2 * (from*roles + to)
	if message {
		b++
	}
	return 1 << b
}

// findReads finds the queues that priority, else and timeout look at.
func (a *ample) findReads() {
	for _, mc := range a.m.sys.Machines {
		for s := range mc.States {
			st := &mc.States[s]
			ordered := st.Priority
			for e := range st.Edges {
				k := st.Edges[e].Action.Kind
				ordered = ordered || k == session.ElseOption || k == session.TimeoutOption
			}
			if !ordered || st.Kind != session.Waiting {
				continue
			}
			for e := range st.Edges {
				x := &st.Edges[e].Action
				if x.Kind != session.SendMsg && x.Kind != session.ReceiveMsg && x.Kind != session.GonePeer {
					continue
				}
				t := mc.Groups[x.Slot.Group].Fields[x.Slot.Field].End
				n := len(t.Protocol.Roles)
				if x.Kind == session.SendMsg {
					a.reads[t.Protocol] |= readBit(t.Role, x.Peer, n, false)
				} else {
					a.reads[t.Protocol] |= readBit(x.Peer, t.Role, n, true)
				}
			}
		}
	}
}

// visible is what some `always` looks at.
type visible struct {
	at   [][][]int // per instance: sets of machine states
	vars []map[int]bool
	all  []bool // per instance: more than that
}

// findVisible finds what some `always` looks at.
func (a *ample) findVisible() *visible {
	n := len(a.m.instances)
	v := &visible{at: make([][][]int, n), vars: make([]map[int]bool, n), all: make([]bool, n)}
	var look func(e *session.Expr)
	look = func(e *session.Expr) {
		if e == nil {
			return
		}
		switch {
		case e.Op == session.OpEachLive:
			for _, i := range a.m.instances {
				v.all[i.id] = v.all[i.id] || i.index == int(e.N)
			}
		case e.I < 0:
		case e.Op == session.OpInstVar:
			if v.vars[e.I] == nil {
				v.vars[e.I] = map[int]bool{}
			}
			v.vars[e.I][int(e.N)] = true
		case e.Op == session.OpInstAt:
			v.at[e.I] = append(v.at[e.I], e.States)
		case e.Op == session.OpInstCount:
			v.all[e.I] = true
		}
		look(e.X)
		look(e.Y)
	}
	for k := range a.m.sys.Always {
		look(a.m.sys.Always[k].Expr)
	}
	return v
}

// shows reports whether a step of an option from a state, with the local steps that follow, may change what is looked at.
func (v *visible) shows(i *instance, st *state, o *option, seen map[int]bool) bool {
	if v.all[i.id] {
		return true
	}
	vars := v.vars[i.id]
	a := &o.edge.Action
	writes := func(t session.VarRef) bool { return t.Var >= 0 && vars[t.Var] }
	if writes(a.To) || writes(a.Index) || a.Slot.Any && writes(a.Slot.Bind) {
		return true
	}
	for _, b := range a.Binds {
		if b.Kind == session.Value && writes(b.To) {
			return true
		}
	}
	if seen[o.next] {
		return false
	}
	seen[o.next] = true
	to := &i.states[o.next]
	if to.kind == session.Ended && len(vars) > 0 {
		return true
	}
	if to.kind == session.LocalStep {
		for k := range to.options {
			if v.shows(i, st, &to.options[k], seen) {
				return true
			}
		}
	}
	if to.kind != session.LocalStep || stands(to.decl) {
		for _, set := range v.at[i.id] {
			if slices.Contains(set, st.id) != slices.Contains(set, to.id) {
				return true
			}
		}
	}
	return false
}

// static reports whether an instance that stands at a state may be ample at all.
func (a *ample) static(i *instance, st *state, v *visible) bool {
	if st.kind == session.LocalStep || st.kind == session.Ended {
		return false
	}
	for k := range st.options {
		o := &st.options[k]
		x := &o.edge.Action
		if o.edge.Optional {
			return false // it is not sure to happen
		}
		switch o.kind {
		case session.SendMsg, session.ReceiveMsg:
			t := i.machine.Groups[x.Slot.Group].Fields[x.Slot.Field].End
			n := len(t.Protocol.Roles)
			if o.kind == session.SendMsg && a.abandoned[a.peerOf(i.machine, x)] {
				return false
			}
			// What a choose looks at elsewhere: the message that a send brings, the room that a receive makes.
			if o.kind == session.SendMsg && a.reads[t.Protocol]&readBit(t.Role, x.Peer, n, true) != 0 {
				return false
			}
			if o.kind == session.ReceiveMsg && a.reads[t.Protocol]&readBit(x.Peer, t.Role, n, false) != 0 {
				return false
			}
		case session.GonePeer, session.AddMember, session.TakeCase, session.PickMember, session.ElseOption:
		default:
			return false // a timeout, or what concerns the pools that all share
		}
		if !a.settlesAlone(i, o.next, map[int]bool{}) || v.shows(i, st, o, map[int]bool{}) {
			return false
		}
	}
	return true
}

// settlesAlone reports whether the local steps from a machine state on concern nobody else: no started instance ends that is watched, and no
// handle is dropped.
func (a *ample) settlesAlone(i *instance, at int, seen map[int]bool) bool {
	if seen[at] {
		return true
	}
	seen[at] = true
	st := &i.states[at]
	switch st.kind {
	case session.Ended:
		return (i.given != nil || !a.watched[i.machine]) && !holdsHandles(i.machine)
	case session.LocalStep:
		for k := range st.options {
			o := &st.options[k]
			if o.kind == session.AbandonEnd {
				continue // a step of its own if the end is live, none at all if not
			}
			if o.kind == session.MoveEnd && holdsHandles(i.machine) {
				return false
			}
			if !a.settlesAlone(i, o.next, seen) {
				return false
			}
		}
		for k := range st.options {
			if o := &st.options[k]; o.kind == session.AbandonEnd && (holdsHandles(i.machine) || !a.settlesAlone(i, o.next, seen)) {
				return false
			}
		}
	}
	return true
}

func holdsHandles(mc *session.Machine) bool {
	for g := range mc.Groups {
		for _, f := range mc.Groups[g].Fields {
			if f.Handle {
				return true
			}
		}
	}
	return false
}

// speaks tells, per code and peer, whether the role may send to the peer without hearing from it before.
func (r *role) speaks() []bool {
	all := make([]bool, len(r.state)*r.peers)
	for grew := true; grew; {
		grew = false
		for c, s := range r.state {
			if s < 0 {
				continue
			}
			for _, e := range r.local.States[s].Edges {
				for peer := range r.peers {
					k := c*r.peers + peer
					if all[k] || !e.Send && e.Peer == peer {
						continue
					}
					if e.Send && e.Peer == peer || all[int(r.codes[e.Next])*r.peers+peer] {
						all[k], grew = true, true
					}
				}
			}
		}
	}
	return all
}

// ample returns an instance whose steps are an ample set of s but for C3, nil if there is none.
func (r *run) ample(a *ample, s []uint64) *instance {
	r.s, r.w = s, s
	for _, i := range r.m.instances {
		c := i.control.get(s)
		if c < i.first || a.never[i.id][c-i.first] {
			continue
		}
		st := i.stand[c-i.first]
		if st.kind == session.Deciding || r.stable(a, i, st) {
			return i
		}
	}
	return nil
}

// stable reports whether some option of a waiting instance is ready, and whether nobody else can change which are.
func (r *run) stable(a *ample, i *instance, st *state) bool {
	some := false
	meets := (*end)(nil) // the end of a rendezvous
	for k := range st.options {
		o := &st.options[k]
		if !r.holds(i, o) {
			continue
		}
		switch o.kind {
		case session.AddMember:
			some = some || r.ready(i, o, 0)
			continue
		case session.ElseOption:
			some = true
			continue
		}
		lo, hi := r.members(i, o)
		for n := lo; n < hi; n++ {
			e := r.endAt(i, &o.ref, n)
			if e != nil && o.kind == session.GonePeer {
				// Nobody goes, or what he has sent comes first.
				if a.abandoned[e.session.ends[o.peer].kind] && (e.in[o.peer] == nil || e.in[o.peer].head(r.s) == 0) {
					return false
				}
				continue
			}
			if e == nil || !r.canStep(e, o.kind == session.SendMsg, o.peer, o.label) {
				continue
			}
			if o.kind == session.SendMsg {
				q := e.out[o.peer]
				if q.capacity == 0 {
					if meets != nil && meets != e {
						return false
					}
					meets = e
					continue
				}
				if q.full(r.s) {
					return false
				}
				some = true
				continue
			}
			q := e.in[o.peer]
			if q == nil || q.capacity == 0 {
				return false
			}
			msg := q.head(r.s)
			if msg == 0 {
				if a.abandoned[e.session.ends[o.peer].kind] {
					return false
				}
				if back := e.out[o.peer]; a.speaks[e.session.ends[o.peer].kind][int(e.session.ends[o.peer].code.get(r.s))*e.kind.peers+e.role] ||
					back != nil && (back.capacity > 0 && back.head(r.s) != 0) {
					return false
				}
				continue
			}
			if q.capacity > 1 && !a.full[q.id] {
				return false
			}
			some = some || q.alpha.labelOf(msg) == o.label
		}
	}
	if meets == nil {
		return some
	}
	return !some && r.meets(a, i, st, meets)
}

// meets reports whether an instance does nothing but send on e by rendezvous, and whoever holds the other end does nothing but wait for that.
func (r *run) meets(a *ample, i *instance, st *state, e *end) bool {
	var who *instance
	for k := range st.options {
		o := &st.options[k]
		if o.kind != session.SendMsg || !r.holds(i, o) || !r.canStep(e, true, o.peer, o.label) {
			return false
		}
		f := e.session.ends[o.peer]
		j, slot := r.m.holder(f, r.s)
		if f.code.get(r.s) < r.m.live || j == nil || j == i || who != nil && who != j {
			return false
		}
		who = j
		theirs := j.standing(r.s)
		if theirs.kind != session.Waiting || a.never[j.id][theirs.stand] {
			return false
		}
		takes := false
		for n := range theirs.options {
			p := &theirs.options[n]
			if p.kind != session.ReceiveMsg || p.peer != e.role || p.ref.any || p.ref.index != nil || p.ref.base != slot || !r.holds(j, p) {
				return false
			}
			takes = takes || p.label == o.label
		}
		if !takes {
			return false
		}
	}
	return who != nil
}
