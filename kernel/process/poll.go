package process

import (
	"encoding/binary"

	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// The layout and the numbers of WASI.
const (
	subscriptionSize = 48
	eventSize        = 32

	onClock = 0
	onRead  = 1
	onWrite = 2

	realtime = 0
	absolute = 1
)

// poll is what a program waits for. One timer is set, for the earliest time by the monotonic clock; each file is watched by itself.
type poll struct {
	subscriptions []subscription
	now           [2]uint64 // by each clock, once it was asked
	knows         [2]bool
	next          int   // subscription to be looked at
	naps          []nap // by their number in the set
	ready         bool  // there is an answer already
}

type subscription struct {
	userdata uint64
	tag      byte
	which    clock.Which
	until    uint64 // by the monotonic clock, once it is dated
	relative bool
	fd       uint32
	err      uint16
	fired    bool
}

// nap is what one sleeper waits for.
type nap struct {
	timer bool
	sub   int
}

// parse reads subscriptions.
func (q *poll) parse(b []byte) {
	*q = poll{subscriptions: q.subscriptions[:0], naps: q.naps[:0]}
	for ; len(b) >= subscriptionSize; b = b[subscriptionSize:] {
		s := subscription{userdata: binary.LittleEndian.Uint64(b), tag: b[8]}
		if s.tag == onClock {
			if binary.LittleEndian.Uint32(b[16:]) == realtime {
				s.which = clock.WhichRealtime
			} else {
				s.which = clock.WhichMonotonic
			}
			s.until = binary.LittleEndian.Uint64(b[24:])
			s.relative = binary.LittleEndian.Uint16(b[40:])&absolute == 0
		} else {
			s.fd = binary.LittleEndian.Uint32(b[16:])
		}
		q.subscriptions = append(q.subscriptions, s)
	}
}

// earliest is the first time that is waited for.
func (q *poll) earliest() (until uint64, any bool) {
	until = ^uint64(0)
	for _, s := range q.subscriptions {
		if s.tag == onClock {
			until, any = min(until, s.until), true
		}
	}
	return until, any
}

// date makes each time one by the monotonic clock. wants is a clock that has to be asked first.
func (q *poll) date() (wants clock.Which, asks bool) {
	for i := range q.subscriptions {
		c := &q.subscriptions[i]
		if c.tag != onClock || c.which == clock.WhichMonotonic && !c.relative {
			continue
		}
		for _, which := range []clock.Which{c.which, clock.WhichMonotonic} {
			if !q.knows[which] && (which == clock.WhichMonotonic || !c.relative) {
				return which, true
			}
		}
		from := q.now[c.which]
		if c.relative {
			from = 0
		}
		left := max(c.until, from) - from
		c.which, c.relative = clock.WhichMonotonic, false
		if c.until = q.now[clock.WhichMonotonic] + left; c.until < left {
			c.until = ^uint64(0)
		}
	}
	return 0, false
}

// dating asks the clock, and sets a timer if there is a time to wait for.
func (p *process) dating(s syscall.ProcessDating) (state, error) {
	q := &p.poll
	if which, asks := q.date(); asks {
		return p.askNow(s, which)
	}
	dated, err := s.Dated()
	if err != nil {
		return nil, err
	}
	until, any := q.earliest()
	if !any {
		return dated.Timeless()
	}
	timer, err := dated.Timer()
	if err != nil {
		return nil, err
	}
	made, err := timer.NewWake()
	if err != nil {
		return nil, err
	}
	next, err := made.SendTimeSleep(clock.WhichMonotonic, until)
	if err != nil {
		return nil, err
	}
	q.nap(next.View().Added(), nap{timer: true})
	return next, nil
}

// ask asks for the next file that is waited for.
func (p *process) ask(s syscall.ProcessAsking) (state, error) {
	q := &p.poll
	for q.next < len(q.subscriptions) {
		i := q.next
		c := &q.subscriptions[i]
		q.next++
		if c.tag == onClock {
			continue
		}
		d := p.at(c.fd)
		switch {
		case d == nil:
			c.err, c.fired, q.ready = badDescriptor, true, true
			continue
		case d.dir || len(q.naps) >= napsMost:
			c.fired, q.ready = true, true
			continue
		}
		return p.askFile(s, i, d)
	}
	asked, err := s.Asked()
	if err != nil {
		return nil, err
	}
	switch {
	case len(q.subscriptions) == 0:
		p.err = errno.ErrnoInval
		return asked.Wrong()
	case q.ready:
		return p.released(asked.Look())
	}
	return p.released(asked.Wait())
}

// napsMost is how many naps one poll may take.
const napsMost = 8

// badDescriptor is the number of that error in WASI.
const badDescriptor = 8

func (q *poll) nap(member int, n nap) {
	for len(q.naps) <= member {
		q.naps = append(q.naps, nap{sub: -1})
	}
	q.naps[member] = n
}

func (p *process) askNow(s syscall.ProcessDating, which clock.Which) (state, error) {
	now, err := s.Clock()
	if err != nil {
		return nil, err
	}
	asked, err := now.SendTimeNow(which)
	if err != nil {
		return nil, err
	}
	m, err := asked.ReceiveTime()
	if err != nil {
		return nil, err
	}
	p.poll.now[which], p.poll.knows[which] = m.Nanoseconds, true
	return m.Next, nil
}

func (p *process) askFile(s syscall.ProcessAsking, i int, d *descriptor) (state, error) {
	o, err := s.File()
	if err != nil {
		return nil, err
	}
	pick, ok := o.(*syscall.ProcessAfterFile2)
	if !ok {
		panic("process: a descriptor of a file, and no files")
	}
	picked, err := pick.PickFiles(d.member)
	if err != nil {
		return nil, err
	}
	made, err := picked.NewWake()
	if err != nil {
		return nil, err
	}
	what := file.ReadyReadable
	if p.poll.subscriptions[i].tag == onWrite {
		what = file.ReadyWritable
	}
	next, err := made.SendFilesWatch(what)
	if err != nil {
		return nil, err
	}
	p.poll.nap(next.View().Added(), nap{sub: i})
	return next, nil
}

// await waits for the first.
func (p *process) await(s syscall.ProcessAfterWait) (state, error) {
	o, err := s.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterWaitReady:
		p.fire(o.Member)
		return p.released(o.Next, nil)
	case *syscall.ProcessAfterWaitCancelled:
		return p.released(o.Next, nil)
	case *syscall.ProcessAfterWaitGoneNaps:
		// Too many watch that file: the program looks for itself.
		p.fire(o.Member)
		return p.released(o.Next, nil)
	case *syscall.ProcessAfterWaitGoneSys:
		return o.Next, nil
	}
	panic("process: an option that the declaration does not have")
}

// awaken takes the answers of those that were not first.
func (p *process) awaken(s syscall.ProcessAfterWrong) (state, error) {
	member := s.View().N()
	o, err := s.Choose()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *syscall.ProcessAfterWrongReady:
		p.fire(member)
		return p.released(o.Next, nil)
	case *syscall.ProcessAfterWrongCancelled:
		return p.released(o.Next, nil)
	case *syscall.ProcessAfterWrongGone:
		return p.released(o.Next, nil)
	}
	panic("process: an option that the declaration does not have")
}

// fire marks what a nap was for.
func (p *process) fire(member int) {
	q := &p.poll
	n := q.naps[member]
	if !n.timer {
		q.subscriptions[n.sub].fired = true
		return
	}
	until, _ := q.earliest()
	for i := range q.subscriptions {
		if c := &q.subscriptions[i]; c.tag == onClock && c.until <= until {
			c.fired = true
		}
	}
}

// released writes the events, as far as they are known; the answer is sent when all sleepers have been heard.
func (p *process) released(next state, err error) (state, error) {
	p.buf = p.buf[:0]
	for _, c := range p.poll.subscriptions {
		if !c.fired {
			continue
		}
		var e [eventSize]byte
		binary.LittleEndian.PutUint64(e[:], c.userdata)
		binary.LittleEndian.PutUint16(e[8:], c.err)
		e[10] = c.tag
		if c.tag != onClock {
			binary.LittleEndian.PutUint64(e[16:], 1)
		}
		p.buf = append(p.buf, e[:]...)
	}
	return next, err
}
