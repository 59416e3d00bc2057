package checker

import "github.com/protoc-os/protoc-os/dsl/session"

// forgotten is a register with the value that it is given where nothing reads it any more before it is written: states that differ only in
// such left-overs are one. This is live-variable analysis as in any compiler (and Holzmann's SPIN, "dead variable elimination"), exact for every
// property: registers that a property of the system reads are never forgotten.
type forgotten struct {
	reg   field
	value uint64
}

// forgottenAt lists the registers that i may forget where it stands at a state; live is Machine.Live of its machine.
func (m *model) forgottenAt(i *instance, state int, live [][]bool) []forgotten {
	var all []forgotten
	for v := range i.machine.Vars {
		x := &i.machine.Vars[v]
		if live[state][v] || m.rel.Kept[i.machine][v] || !m.rel.Vars[i.machine][v] {
			continue
		}
		for n := x.Base; n < x.Base+x.Len; n++ {
			all = append(all, forgotten{i.regs[n], uint64(int64(i.initial[n]) - int64(i.lo[n]))})
		}
	}
	return all
}

// remember switches the reduction off.
func (m *model) remember() {
	for _, i := range m.instances {
		for s := range i.states {
			i.states[s].forgets = nil
		}
	}
}

// stand leaves i at a state where it can be seen.
func (r *run) stand(i *instance, st *state) {
	i.control.set(r.next, i.first+st.stand)
	for _, f := range st.forgets {
		f.reg.set(r.next, f.value)
	}
}

// lives caches Machine.Live.
type lives map[*session.Machine][][]bool

func (l lives) of(m *session.Machine) [][]bool {
	if l[m] == nil {
		l[m] = m.Live()
	}
	return l[m]
}
