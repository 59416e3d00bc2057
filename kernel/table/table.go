// Package table is the table of vnodes of protocols/vnode: it knows which inode has a vnode, starts those that are looked up and has those retire
// that were not used for longest when their place is needed. What goes in is what a vnode does, and how many
// of them there may be.
package table

import (
	"context"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/vnode"
)

// Config is what a table is made for.
type Config struct {
	File      func(ino uint64) vnode.VnodeFunc // the component of a file in use
	Directory func(ino uint64) vnode.DirectoryFunc
	Places    int // most vnodes, as the system has it
}

// place is a vnode in the table.
type place struct {
	ino     uint64
	used    uint64 // when it was last served or asked, in requests
	settled uint64 // the last settling that it has heard of
	doomed  bool   // its last name is gone, and somebody uses it still
}

// table keeps the vnodes by their number in the set.
type table struct {
	Config
	places   map[int]*place
	byIno    map[uint64]int
	users    int // directories that have not left, and who was first
	clock    uint64
	settling uint64 // how often all were asked to store what they know
}

// Table is the component VnodeTable.
func Table(c Config) vnode.VnodeTableFunc {
	return func(_ context.Context, s vnode.VnodeTableServing) error {
		v := &table{Config: c, places: map[int]*place{}, byIno: map[uint64]int{}, users: 1}
		for {
			o, err := s.Choose()
			if err != nil {
				return err
			}
			if s, err = v.serve(o); err != nil {
				return err
			}
		}
	}
}

// serve does what is asked.
func (v *table) serve(o vnode.VnodeTableServingOption) (vnode.VnodeTableServing, error) {
	v.clock++
	switch o := o.(type) {
	case *vnode.VnodeTableServingGet:
		return v.open(o.Next, o.Ino, o.Directory)
	case *vnode.VnodeTableServingForget:
		if member, ok := v.byIno[o.Ino]; ok {
			v.places[member].doomed = true
		}
		return v.forget(o.Next)
	case *vnode.VnodeTableServingSettle:
		v.settling++
		return v.settle(o.Next)
	case *vnode.VnodeTableServingDetach:
		v.users--
		return o.Next, nil
	case *vnode.VnodeTableServingGoneUsers:
		v.users--
		return o.Next, nil
	case *vnode.VnodeTableServingGoneVnodes:
		v.remove(o.Member)
		return o.Next, nil
	}
	panic("table: an option that the declaration does not have")
}

// remove forgets a vnode that is no more.
func (v *table) remove(member int) {
	delete(v.byIno, v.places[member].ino)
	delete(v.places, member)
}

// next is the vnode that was not used for longest, of those that want says; -1: there is none.
func (v *table) next(want func(*place) bool) int {
	next := -1
	for member, p := range v.places {
		if want(p) && (next < 0 || p.used < v.places[next].used || p.used == v.places[next].used && member < next) {
			next = member
		}
	}
	return next
}

// open brings an open to its vnode, or starts one, in the place of another if there is no other: of those that nobody uses the one that was not
// used for longest goes.
func (v *table) open(s vnode.VnodeTableEvicting, ino uint64, directory bool) (none vnode.VnodeTableServing, err error) {
	if member, ok := v.byIno[ino]; ok {
		return v.hand(s, member)
	}
	began := v.clock
	v.clock++
	for tries := 0; len(v.places) == v.Places && tries < triesMost; tries++ {
		member := v.next(func(p *place) bool { return p.used <= began })
		if member < 0 {
			break
		}
		if s, err = v.evict(s, member); err != nil {
			return none, err
		}
	}
	if len(v.places) < v.Places && v.users < 2*v.Places+1 {
		return v.begin(s, ino, directory)
	}
	refusing, err := s.Refuse()
	if err != nil {
		return none, err
	}
	return refusing.SendOpeningFailed(errno.ErrnoNFile)
}

// triesMost is how many vnodes are asked for their place before who opens hears that there is none.
const triesMost = 64

// busy notes that somebody uses a vnode that was asked for its place.
func (v *table) busy(member int) {
	v.places[member].used, v.places[member].settled = v.clock, v.settling
}

// evict asks a vnode for its place.
func (v *table) evict(s vnode.VnodeTableEvicting, member int) (none vnode.VnodeTableEvicting, err error) {
	o, err := s.Evict()
	if err != nil {
		return none, err
	}
	picked, err := o.(*vnode.VnodeTableAfterEvict).PickVnodes(member)
	if err != nil {
		return none, err
	}
	c, err := picked.Choose()
	if err != nil {
		return none, err
	}
	switch c := c.(type) {
	case *vnode.VnodeTableAfterPickVnodes2Gone:
		v.remove(member)
		return c.Next, nil
	case *vnode.VnodeTableAfterPickVnodes2SentRetire:
		o, err := c.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *vnode.VnodeTableAfterRetire3Busy:
			v.busy(member)
			return o.Next, nil
		case *vnode.VnodeTableAfterRetire3Retired:
			v.remove(member)
			return o.Next, nil
		case *vnode.VnodeTableAfterRetire3Gone:
			v.remove(member)
			return o.Next, nil
		}
	}
	panic("table: an option that the declaration does not have")
}

// forget asks those that have no name any more to give back what they have; those that are in use are asked again the next time.
func (v *table) forget(s vnode.VnodeTableGathering) (none vnode.VnodeTableServing, err error) {
	began := v.clock
	v.clock++
	for {
		member := v.next(func(p *place) bool { return p.doomed && p.used <= began })
		if member < 0 {
			break
		}
		if s, err = v.gather(s, member); err != nil {
			return none, err
		}
	}
	done, err := s.Done()
	if err != nil {
		return none, err
	}
	return done.SendUsersForgotten()
}

func (v *table) gather(s vnode.VnodeTableGathering, member int) (none vnode.VnodeTableGathering, err error) {
	o, err := s.Retire()
	if err != nil {
		return none, err
	}
	picked, err := o.(*vnode.VnodeTableAfterRetire).PickVnodes(member)
	if err != nil {
		return none, err
	}
	c, err := picked.Choose()
	if err != nil {
		return none, err
	}
	switch c := c.(type) {
	case *vnode.VnodeTableAfterPickVnodes3Gone:
		v.remove(member)
		return c.Next, nil
	case *vnode.VnodeTableAfterPickVnodes3SentRetire:
		o, err := c.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *vnode.VnodeTableAfterRetire4Busy:
			v.busy(member)
			return o.Next, nil
		case *vnode.VnodeTableAfterRetire4Retired:
			v.remove(member)
			return o.Next, nil
		case *vnode.VnodeTableAfterRetire4Gone:
			v.remove(member)
			return o.Next, nil
		}
	}
	panic("table: an option that the declaration does not have")
}

// settle has all vnodes and then all groups write what they know.
func (v *table) settle(s vnode.VnodeTableAfterSettle) (none vnode.VnodeTableServing, err error) {
	for {
		member := v.next(func(p *place) bool { return p.settled < v.settling })
		if member < 0 {
			break
		}
		if s, err = v.store(s, member); err != nil {
			return none, err
		}
	}
	group, err := s.Done()
	if err != nil {
		return none, err
	}
	for {
		o, err := v.storeGroup(group)
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *vnode.VnodeTableAfterDetach:
			group = *o
		case *vnode.VnodeTableAfterDetach2:
			return o.SendUsersSettled()
		}
	}
}

func (v *table) store(s vnode.VnodeTableAfterSettle, member int) (none vnode.VnodeTableAfterSettle, err error) {
	o, err := s.Retire()
	if err != nil {
		return none, err
	}
	picked, err := o.(*vnode.VnodeTableAfterRetire2).PickVnodes(member)
	if err != nil {
		return none, err
	}
	c, err := picked.Choose()
	if err != nil {
		return none, err
	}
	switch c := c.(type) {
	case *vnode.VnodeTableAfterPickVnodes4Gone:
		v.remove(member)
		return c.Next, nil
	case *vnode.VnodeTableAfterPickVnodes4SentRetire:
		o, err := c.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *vnode.VnodeTableAfterRetire5Busy:
			v.busy(member)
			return o.Next, nil
		case *vnode.VnodeTableAfterRetire5Retired:
			v.remove(member)
			return o.Next, nil
		case *vnode.VnodeTableAfterRetire5Gone:
			v.remove(member)
			return o.Next, nil
		}
	}
	panic("table: an option that the declaration does not have")
}

// storeGroup has one cylinder group write what it knows.
func (v *table) storeGroup(s vnode.VnodeTableAfterDetach) (vnode.VnodeTableAfterDetachOrAfterDetach2, error) {
	made, err := s.NewGroup()
	if err != nil {
		return nil, err
	}
	attached, err := made.SendGroupsAttach()
	if err != nil {
		return nil, err
	}
	asked, err := attached.SendSClientSync()
	if err != nil {
		return nil, err
	}
	o, err := asked.ReceiveSClient()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *vnode.VnodeTableAfterSyncDone:
		return o.Next.SendSClientDetach()
	case *vnode.VnodeTableAfterSyncFailed:
		return o.Next.SendSClientDetach()
	}
	panic("table: an option that the declaration does not have")
}

// hand brings an open to its vnode.
func (v *table) hand(s vnode.VnodeTableEvicting, member int) (none vnode.VnodeTableServing, err error) {
	v.places[member].used = v.clock
	o, err := s.Known()
	if err != nil {
		return none, err
	}
	picked, err := o.(*vnode.VnodeTableAfterKnown).PickVnodes(member)
	if err != nil {
		return none, err
	}
	c, err := picked.Choose()
	if err != nil {
		return none, err
	}
	switch c := c.(type) {
	case *vnode.VnodeTableAfterPickVnodesSentServe:
		return c.Next, nil
	case *vnode.VnodeTableAfterPickVnodesGone:
		v.remove(member)
		return c.Next.SendOpeningFailed(errno.ErrnoIo)
	}
	panic("table: an option that the declaration does not have")
}

// begin starts the vnode of an inode, and hands it its first open.
func (v *table) begin(s vnode.VnodeTableEvicting, ino uint64, directory bool) (none vnode.VnodeTableServing, err error) {
	begun, err := s.Begin()
	if err != nil {
		return none, err
	}
	made, err := begun.NewBlock()
	if err != nil {
		return none, err
	}
	attached, err := made.SendDisksAttach()
	if err != nil {
		return none, err
	}
	controlled, err := attached.NewControl()
	if err != nil {
		return none, err
	}
	member := controlled.View().Newest()
	started, err := v.start(controlled, ino, directory)
	if err != nil {
		return none, err
	}
	v.places[member] = &place{ino: ino, used: v.clock, settled: v.settling}
	v.byIno[ino] = member
	return v.join(started, member)
}

func (v *table) start(s vnode.VnodeTableAfterNewControl, ino uint64, dir bool) (vnode.VnodeTableAfterStartVnode, error) {
	var none vnode.VnodeTableAfterStartVnode
	if !dir {
		f, err := s.File()
		if err != nil {
			return none, err
		}
		return f.StartVnode(channel.Options{Name: channel.Indexed("vnode", int(ino&(1<<32-1)))}, v.File(ino))
	}
	d, err := s.Directory()
	if err != nil {
		return none, err
	}
	own, err := d.NewTable()
	if err != nil {
		return none, err
	}
	v.users++
	return own.StartDirectory(channel.Options{Name: channel.Indexed("directory", int(ino&(1<<32-1)))}, v.Directory(ino))
}

// join gives a new vnode its end of each cylinder group, and then its first open.
func (v *table) join(s vnode.VnodeTableAfterStartVnode, member int) (vnode.VnodeTableServing, error) {
	var none vnode.VnodeTableServing
	for {
		made, err := s.NewGroup()
		if err != nil {
			return none, err
		}
		attached, err := made.SendGroupsAttach()
		if err != nil {
			return none, err
		}
		o, err := attached.Choose()
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *vnode.VnodeTableAfterAttach3Gone:
			v.remove(member)
			return o.Next.SendOpeningFailed(errno.ErrnoIo)
		case *vnode.VnodeTableAfterAttach3SentJoin:
			switch next := o.Next.(type) {
			case *vnode.VnodeTableAfterStartVnode:
				s = *next
			case *vnode.VnodeTableAfterJoin:
				return v.first(next, member)
			}
		}
	}
}

func (v *table) first(s *vnode.VnodeTableAfterJoin, member int) (vnode.VnodeTableServing, error) {
	o, err := s.Choose()
	if err != nil {
		return vnode.VnodeTableServing{}, err
	}
	switch o := o.(type) {
	case *vnode.VnodeTableAfterJoinSentServe:
		return o.Next, nil
	case *vnode.VnodeTableAfterJoinGone:
		v.remove(member)
		return o.Next.SendOpeningFailed(errno.ErrnoIo)
	}
	panic("table: an option that the declaration does not have")
}
