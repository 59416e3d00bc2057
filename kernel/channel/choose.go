package channel

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Taken is the option that a choose has taken. A message is In already; of
// a send option, the next step must be that send: its room is there.
type Taken struct {
	Option int
	Member int // index in the set; 0 for a single end
}

// choiceState is what an endpoint remembers of one choose.
//
// The promise: a ready option that is not taken loses to one with an older
// stamp, and that one then has a newer stamp. So each other option wins
// over it at most once, and of n visits that find it ready one takes it.
type choiceState struct {
	choice     *Choice
	visits     uint64
	guards     uint64
	recv, send []uint64  // arms of the enabled options on single ends, or at any point
	atRecv     []int32   // sets of arms by point, to be added: indexes of Endpoint.at
	atSend     []int32   //
	byGroup    [][]int32 // slot group → its options
	base       []int32   // option → its first stamp; a member of a set has its own
	stamps     []uint64
	opens      []uint64 // rendezvous: the arms it waits on
	aim        []int32  // aimed option → member
	stale      bool     // an aim has changed since the masks were made
	now        []int32  // options that need no channel
	places     []*limit // what each of them takes a place of, nil: nothing; nil if none does
	timeout    int      // the first enabled option, or -1
	otherwise  int      // the first enabled option, or -1
}

func (e *Endpoint) choice(c *Choice, guards uint64) *choiceState {
	if len(e.choices) <= c.ID {
		e.choices = append(e.choices, make([]*choiceState, c.ID+1-len(e.choices))...)
	}
	st := e.choices[c.ID]
	if st == nil {
		st = e.newChoice(c)
		e.choices[c.ID] = st
		e.guard(st, guards)
	} else if st.guards != guards || st.stale {
		e.guard(st, guards)
	}
	return st
}

func (e *Endpoint) newChoice(c *Choice) *choiceState {
	w := len(e.recv)
	words := make([]uint64, 3*w)
	st := &choiceState{choice: c, recv: words[:w:w], send: words[w : 2*w : 2*w], opens: words[2*w:]}
	st.byGroup = make([][]int32, len(e.table.Slots))
	n := int32(0)
	for i := range c.Options {
		o := &c.Options[i]
		st.base = append(st.base, n)
		switch o.Kind {
		case Timeout, Else:
		case Now:
			st.now = append(st.now, int32(i))
			if l := e.limitOf(o.Takes); l != nil {
				if st.places == nil {
					st.places = make([]*limit, len(c.Options))
				}
				st.places[len(st.now)-1] = l
			}
			n++
		default:
			st.byGroup[o.Slot] = append(st.byGroup[o.Slot], int32(i))
			n += int32(max(e.table.Slots[o.Slot].Set, 1))
		}
	}
	st.stamps = make([]uint64, n)
	st.aim = make([]int32, len(c.Options))
	return st
}

// guard rebuilds the masks for other values of the guards.
func (e *Endpoint) guard(st *choiceState, guards uint64) {
	st.guards, st.stale = guards, false
	clear(st.recv)
	clear(st.send)
	st.atRecv, st.atSend = st.atRecv[:0], st.atSend[:0]
	st.timeout, st.otherwise = -1, -1
	for i := range st.choice.Options {
		o := &st.choice.Options[i]
		if !o.enabled(guards) {
			continue
		}
		if o.Kind > Gone {
			switch {
			case o.Kind == Timeout && st.timeout < 0:
				st.timeout = i
			case o.Kind == Else && st.otherwise < 0:
				st.otherwise = i
			}
			continue
		}
		s := &e.table.Slots[o.Slot]
		if at := e.table.at[o.Slot]; at >= 0 && o.Point != AnyPoint && !o.Aimed {
			if o.Kind == Send {
				st.atSend = append(st.atSend, at+int32(o.Point))
			} else {
				st.atRecv = append(st.atRecv, at+int32(o.Point))
			}
			continue
		}
		for m := range max(s.Set, 1) {
			if o.Aimed && int32(m) != st.aim[i] {
				continue
			}
			k := e.slots[int(e.table.first[o.Slot])+m].arm + int32(o.Peer)
			if o.Peer > s.Role {
				k--
			}
			if o.Kind == Send {
				st.send[k>>6] |= 1 << (k & 63)
			} else {
				st.recv[k>>6] |= 1 << (k & 63)
			}
		}
	}
}

// Aim says which member an aimed option of a choose means, from its next Choose on.
func (e *Endpoint) Aim(c *Choice, option, member int) {
	for len(e.choices) <= c.ID {
		e.choices = append(e.choices, nil)
	}
	st := e.choices[c.ID]
	if st == nil {
		st = e.newChoice(c)
		e.choices[c.ID], st.stale = st, true
	}
	if st.aim[option] != int32(member) {
		st.aim[option], st.stale = int32(member), true
	}
}

func (o *Option) enabled(guards uint64) bool {
	return o.Guard == 0 || guards>>(o.Guard-1)&1 != 0
}

// find is the option of a kind on an arm. refused says that this choose
// receives on the arm, and takes such a message under no guards at all.
func (e *Endpoint) find(st *choiceState, kind Kind, a *arm, label uint16) (opt int32, refused bool) {
	point := e.slots[a.slot].point
	member := a.slot - e.table.first[a.group]
	known := false
	for _, i := range st.byGroup[a.group] {
		o := &st.choice.Options[i]
		if o.Kind != kind || o.Peer != a.peer || o.Point != point && o.Point != AnyPoint || o.Aimed && st.aim[i] != member {
			continue
		}
		if kind == Recv && o.Label != label {
			refused = true
			continue
		}
		if o.enabled(st.guards) {
			return i, false
		}
		known = true
	}
	return -1, refused && !known
}

// found is a ready option.
type found struct {
	arm    *arm
	opt    int32
	gone   bool
	stamp  int32
	now    int32 // of an option that needs no channel: which of them
	refuse bool
}

// look is one scan.
type look struct {
	st     *choiceState
	best   found
	oldest uint64   // the stamp of best
	all    *[]found // if not nil, what else was ready too
	lost   *arm
}

// consider is for an option that is ready.
func (l *look) consider(e *Endpoint, f found) {
	st := l.st
	f.stamp = st.base[f.opt]
	if f.arm != nil {
		f.stamp += f.arm.slot - e.table.first[f.arm.group]
	}
	age := st.stamps[f.stamp]
	if st.choice.Priority {
		age = uint64(f.stamp)
	}
	if age < l.oldest {
		l.oldest, l.best = age, f
	}
	if l.all != nil {
		*l.all = append(*l.all, f)
	}
}

// scan looks once at every arm that is marked, and returns the ready option
// least recently taken (with priority: the first). lost is an arm whose
// peer is gone where no option says so.
func (e *Endpoint) scan(st *choiceState, all *[]found) (best found, lost *arm) {
	e.merge()
	l := look{st: st, best: found{opt: -1}, oldest: ^uint64(0), all: all}
	for k, i := range st.now {
		if st.choice.Options[i].enabled(st.guards) && (st.places == nil || st.places[k] == nil || st.places[k].open(e)) {
			l.consider(e, found{opt: i, now: int32(k)})
		}
	}
	groups := e.some
	if e.meets > 0 { // it waits at each of its arms, marked or not
		groups = ^uint64(0) >> (63 - (len(e.recv)-1)>>e.group)
	}
	for ; groups != 0; groups &= groups - 1 {
		marked := uint64(0)
		for w, end := e.words(groups); w < end; w++ {
			if e.recv[w]|e.send[w] == 0 && e.meets == 0 {
				continue
			}
			if refused := e.scanWord(&l, w); refused != nil {
				return found{arm: refused, opt: -1, refuse: true}, nil
			}
			marked |= e.recv[w] | e.send[w]
		}
		if marked == 0 {
			e.some &^= groups & -groups
		}
	}
	return l.best, l.lost
}

// scanWord is scan of the arms of one word. refused is one with a message
// that this choose takes under no guards at all.
func (e *Endpoint) scanWord(l *look, w int) (refused *arm) {
	st := l.st
	m := uint64(0)
	if e.recv[w] != 0 || e.meets > 0 {
		m = st.recv[w]
		for _, k := range st.atRecv {
			m |= e.at[k][w]
		}
	}
	if e.meets > 0 {
		st.opens[w] = m
	}
	for m &= e.recv[w]; m != 0; m &= m - 1 {
		a := &e.arms[w<<6+bits.TrailingZeros64(m)]
		q := a.in
		if q == nil {
			e.recv[w] &^= m & -m
			continue
		}
		if q.empty() {
			if !q.lost() {
				if q.empty() {
					e.recv[w] &^= m & -m
					continue
				}
			} else {
				e.rt.settled()
				if opt, _ := e.find(st, Gone, a, 0); opt >= 0 {
					l.consider(e, found{arm: a, opt: opt, gone: true})
				} else {
					l.lost = a
				}
				continue
			}
		}
		if opt, refused := e.find(st, Recv, a, q.label()); opt >= 0 {
			l.consider(e, found{arm: a, opt: opt})
		} else if refused {
			return a
		}
	}
	if e.send[w] == 0 {
		return nil
	}
	m = st.send[w]
	for _, k := range st.atSend {
		m |= e.at[k][w]
	}
	for m &= e.send[w]; m != 0; m &= m - 1 {
		a := &e.arms[w<<6+bits.TrailingZeros64(m)]
		q := a.out
		switch {
		case q == nil:
			e.send[w] &^= m & -m
		case atomic.LoadUint32(&q.recvGone) != 0:
			e.rt.settled()
			if opt, _ := e.find(st, Gone, a, 0); opt >= 0 {
				l.consider(e, found{arm: a, opt: opt, gone: true})
			} else {
				l.lost = a
			}
		case q.capacity == 0 && q.wouldMeet(), q.capacity != 0 && (!q.full() || q.awaitRoom()):
			// Several labels may be sent to one place: each is an option.
			for _, i := range st.byGroup[a.group] {
				o := &st.choice.Options[i]
				if o.Kind == Send && o.Peer == a.peer && (o.Point == e.slots[a.slot].point || o.Point == AnyPoint) && o.enabled(st.guards) &&
					(!o.Aimed || st.aim[i] == a.slot-e.table.first[a.group]) {
					l.consider(e, found{arm: a, opt: i})
				}
			}
		default:
			e.send[w] &^= m & -m
		}
	}
	return nil
}

// wouldMeet reports whether the receiver waits, and asks to be told.
func (q *queue) wouldMeet() bool {
	m := &q.sess.rt.meeting
	m.lock()
	defer m.unlock()
	if q.canMeet() {
		return true
	}
	atomic.StoreUint32(&q.wantRoom, 1)
	return false
}

// Choose waits until an option is ready and takes the one least recently
// taken at this choose. guards has a bit for each guarded option; d is the
// duration of a timeout option.
func (e *Endpoint) Choose(step uint32, c *Choice, guards uint64, d time.Duration) (Taken, error) {
	if step != e.step || atomic.LoadUint32(&e.flags) != 0 {
		if err := e.enter(step, c.State, c.Method); err != nil {
			return Taken{}, err
		}
	}
	st := e.choice(c, guards)
	st.visits++
	if e.core != nil {
		if err := e.core.spend(e, c.State); err != nil {
			return Taken{}, err
		}
		if e.core.control != nil {
			return e.chooseControlled(st, d)
		}
	}
	if st.places == nil {
		return e.choose(st, d)
	}
	t, err := e.choose(st, d)
	for _, l := range st.places {
		if l != nil {
			l.leave(e)
		}
	}
	return t, err
}

func (e *Endpoint) choose(st *choiceState, d time.Duration) (Taken, error) {
	c := st.choice
	var timed, fired bool
	for {
		f, lost := e.scan(st, nil)
		if c.Priority {
			// One look is no snapshot while others run: only what a second
			// look confirms was ready while nothing before it was.
			for g := f; g.opt >= 0; f = g {
				if g, lost = e.scan(st, nil); g.opt == f.opt && g.arm == f.arm {
					break
				}
			}
		}
		if t, ok, err := e.takeOption(st, f, lost); ok || err != nil {
			if timed {
				e.timer.Stop()
			}
			return t, err
		} else if f.opt >= 0 {
			continue
		}
		if st.otherwise >= 0 {
			return e.takeElse(st), nil
		}
		if fired {
			return e.takeTimeout(st), nil
		}
		if st.timeout >= 0 && !timed {
			timed = true
			e.fired.Store(0)
			e.setTimer(d)
		}
		e.opening(-1, st.opens)
		err := e.sleepOn(wantMany, c.State)
		if claimed := e.closing(); claimed >= 0 && err == nil {
			if t, ok, err := e.takeClaimed(st, claimed); ok || err != nil {
				return t, err
			}
		}
		if err != nil {
			return Taken{}, err
		}
		fired = timed && e.fired.Load() != 0
	}
}

func (e *Endpoint) takeElse(st *choiceState) Taken {
	e.rt.emit(Event{Kind: ElseEvent, Component: e.number})
	e.step++
	return Taken{Option: st.otherwise}
}

func (e *Endpoint) takeTimeout(st *choiceState) Taken {
	e.rt.emit(Event{Kind: TimeoutEvent, Component: e.number})
	e.step++
	return Taken{Option: st.timeout}
}

// takeOption takes what a scan has found. Not ok without an error: nothing
// was ready, or the partner of a rendezvous has gone elsewhere meanwhile.
func (e *Endpoint) takeOption(st *choiceState, f found, lost *arm) (Taken, bool, error) {
	switch {
	case f.refuse:
		s := &e.table.Slots[f.arm.group]
		return Taken{}, false, e.fail(&ProtocolError{e.where(f.arm.group, st.choice.State, s.Protocol.label(f.arm.in.label())), s.Protocol.Roles[f.arm.peer]})
	case f.opt < 0:
		if lost != nil {
			return Taken{}, false, e.goneError(lost.group, lost.peer, st.choice.State, "")
		}
		return Taken{}, false, nil
	}
	switch o := &st.choice.Options[f.opt]; {
	case f.gone:
		e.noteGone(f.arm)
		e.step++
	case o.Kind == Now:
		if st.places != nil && st.places[f.now] != nil && !st.places[f.now].take(e) {
			return Taken{}, false, nil
		}
		e.step++
		st.stamps[f.stamp] = st.visits
		return Taken{Option: int(f.opt)}, true, nil
	case o.Kind == Send:
		if f.arm.out.capacity == 0 && !f.arm.out.meet() {
			return Taken{}, false, nil
		}
		e.step++
	default:
		e.take(f.arm.in)
	}
	st.stamps[f.stamp] = st.visits
	return Taken{int(f.opt), int(f.arm.slot - e.table.first[f.arm.group])}, true, nil
}

// takeClaimed takes the message that a rendezvous has committed us to. Not
// ok without an error: the sender has gone before it sent.
func (e *Endpoint) takeClaimed(st *choiceState, i int32) (Taken, bool, error) {
	a := &e.arms[i]
	if err := e.awaitClaimed(a.in, a, st.choice.State); err != nil {
		return Taken{}, false, err
	}
	if a.in.empty() {
		return Taken{}, false, nil
	}
	opt, _ := e.find(st, Recv, a, a.in.label())
	f := found{arm: a, opt: opt, refuse: opt < 0}
	if opt >= 0 {
		f.stamp = st.base[opt] + a.slot - e.table.first[a.group]
	}
	return e.takeOption(st, f, nil)
}
