package checker

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// explore visits every reachable state unless something cuts it short.
func (s *search) explore(ctx context.Context) {
	if s.opts.Checkpoint == nil || !s.restore() {
		s.levels = []int{0}
		s.r.initial()
		if s.r.step.failure != none {
			s.report(failing(s.r, -1))
			return
		}
		x := newExplorer(s)
		x.block = &block{}
		x.found(s.r.next, key{}, false, true)
		s.commit(x.block)
	}
	x := newExplorer(s)
	c := &crew{s: s, ctx: ctx, ready: map[int]*block{}, next: s.at, at: s.at, stored: s.st.size(), level: s.levels[len(s.levels)-1], saved: time.Now()}
	c.wake.L = &c.mu
	c.explorers = []*explorer{x}
	x.v = s.st.view()
	c.work(x, s.alone)
	for !c.stop && len(c.explorers) < cores(s.opts.Workers) {
		c.explorers = append(c.explorers, newExplorer(s))
	}
	var group sync.WaitGroup
	for _, x := range c.explorers[1:] {
		x.v = s.st.view()
		group.Go(func() { c.guarded(x) })
	}
	c.guarded(x)
	group.Wait()
	if c.broken != nil {
		panic(c.broken)
	}
	c.join()
}

// join gathers what the explorers have noted.
func (c *crew) join() {
	for _, x := range c.explorers {
		c.s.join(x.marks)
	}
}

const (
	blockSize = 512 // most states of a block
	blockLead = 32  // most blocks per worker that are expanded and not committed
)

// block is some states of one level, and what their expansion found.
type block struct {
	from, to int
	level    int      // where the next level begins, as far as is known
	choice   []uint16 // of an ample set, see search
	// The successors that the store did not have. Some may have been found meanwhile, or be there twice.
	words   []uint64
	keys    []key // if known
	known   []bool
	fresh   []freshFinding
	reports []*finding
	trans   int
}

// freshFinding is a violation by a state that may be new: its number comes with its commit.
type freshFinding struct {
	successor int
	*finding
}

// crew shares the work of a search. States are numbered in the order of discovery and a level's end is known before its last states are handed out,
// so blocks never reach over it. With an ample set no block is begun before the level before it is committed: what is new has to be known.
type crew struct {
	s         *search
	ctx       context.Context
	explorers []*explorer
	told      time.Time // of progress
	saved     time.Time // the last checkpoint

	mu         sync.Mutex
	wake       sync.Cond
	next       int            // the first state that nobody has expanded
	at         int            // the first that is not committed
	stored     int            // states
	level      int            // where the level after that of at begins
	out        int            // blocks that are being expanded
	ready      map[int]*block // expanded, by from
	spare      []*block
	committing bool
	stop       bool
	broken     any
}

// work expands and commits blocks until nothing is left, or so many states are stored (0: no bound).
func (c *crew) work(x *explorer, until int) {
	c.mu.Lock()
	for !c.stop && (until == 0 || c.stored < until) {
		switch b := c.ready[c.at]; {
		case b != nil && !c.committing:
			delete(c.ready, b.from)
			c.committing = true
			c.mu.Unlock()
			c.s.commit(b)
			if c.s.ample != nil && b.to == b.level { // nobody expands anything now
				c.s.fill(c.explorers)
			}
			stop := c.s.stop(c)
			c.mu.Lock()
			c.at, c.stored, c.level, c.committing, c.stop = b.to, c.s.st.size(), c.s.levels[len(c.s.levels)-1], false, c.stop || stop
			c.spare = append(c.spare, b)
			c.wake.Broadcast()
		case c.due() && c.out > 0:
			c.wake.Wait()
		case c.due() && len(c.ready) == 0:
			c.join()
			if err := c.s.save(); err != nil {
				c.s.opts.Checkpoint = nil // the search goes on; it cannot be resumed
			}
			c.saved = time.Now()
		case c.next < c.stored && (c.next < c.level || c.s.ample == nil) && len(c.ready)+c.out < blockLead*len(c.explorers):
			b := c.take()
			c.mu.Unlock()
			x.expand(b)
			c.mu.Lock()
			c.out--
			c.ready[b.from] = b
			c.wake.Broadcast()
		case c.at == c.stored:
			c.stop = true
			c.wake.Broadcast()
		default:
			c.wake.Wait()
		}
	}
	c.mu.Unlock()
}

// due reports whether it is time for a checkpoint: then nobody takes a block any more until it is written.
func (c *crew) due() bool {
	p := c.s.opts.Checkpoint
	return p != nil && p.Every > 0 && !c.committing && len(c.s.found) == 0 && time.Since(c.saved) > p.Every
}

// take hands out the next block.
func (c *crew) take() *block {
	b := new(block)
	if n := len(c.spare); n > 0 {
		b, c.spare = c.spare[n-1], c.spare[:n-1]
	}
	size := min(blockSize, (c.stored-c.next)/(2*len(c.explorers))+1)
	b.from, b.to = c.next, c.next+size
	if c.next < c.level {
		b.to = min(b.to, c.level)
	}
	b.level, b.choice = c.level, b.choice[:0]
	b.words, b.keys, b.known, b.fresh, b.reports, b.trans = b.words[:0], b.keys[:0], b.known[:0], b.fresh[:0], nil, 0
	c.next = b.to
	c.out++
	return b
}

// guarded is work that hands a panic over to the caller of explore.
func (c *crew) guarded(x *explorer) {
	defer func() {
		if p := recover(); p != nil {
			c.mu.Lock()
			c.stop, c.broken = true, fmt.Sprintf("%v\n%s", p, debug.Stack())
			c.wake.Broadcast()
			c.mu.Unlock()
		}
	}()
	c.work(x, 0)
}

// stop reports whether a bound ends the search. It is asked by one goroutine at a time.
func (s *search) stop(c *crew) bool {
	if now := time.Now(); s.opts.Progress != nil && now.Sub(c.told) > 100*time.Millisecond {
		c.told = now
		s.opts.Progress(s.stats())
	}
	switch {
	case s.cut != "":
	case c.ctx.Err() == context.DeadlineExceeded:
		s.cut = "the time ran out"
	case c.ctx.Err() != nil:
		s.cut = "it was interrupted"
	case !s.room(s.st.root.growth(), ""):
	case s.st.full():
		s.cut = "the store is full"
	}
	return s.cut != ""
}
