package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/driver"
	"github.com/protoc-os/protoc-os/kernel/host/image"
	"github.com/protoc-os/protoc-os/protocols/block"
)

// machine is a driver on a disk, and its users: ordinary goroutines.
type machine struct {
	rt    *channel.Runtime
	users []*user
	stop  context.CancelCauseFunc
	done  chan error
}

// user asks and waits for the answer. Who has heard that there is nobody to ask has nothing any more.
type user struct {
	channel.Cell[block.BlockClientRest]
}

var (
	errStop   = errors.New("stopped by the test")
	errFailed = errors.New("the request has failed")
)

// boot starts a driver with so many commands, and so many users on it.
func boot(disk *image.Image, depth, users int) *machine {
	m := &machine{rt: channel.New(channel.Config{Cores: 1, Outside: true}), done: make(chan error, 1)}
	given := block.DriverGiven{Openers: 1, Depth: depth, Wires: users, Ports: make([]channel.End, 1), Wired: make([]channel.End, users), Slots: make([]channel.End, depth)}
	_, given.Ports[0] = block.NewPort(m.rt)
	ctx, stop := context.WithCancelCause(context.Background())
	m.stop = stop
	for u := range users {
		var client channel.End
		client, given.Wired[u] = block.NewBlock(m.rt)
		m.users = append(m.users, new(user))
		m.users[u].Put(block.OpenBlockClient(ctx, m.rt, client))
	}
	for i := range depth {
		var slot channel.End
		given.Slots[i], slot = block.NewCommand(m.rt)
		block.StartDevice(m.rt, channel.Options{Name: channel.Indexed("device", i), Outside: true}, block.DeviceGiven{Slot: slot}, disk.Device(i)).Discard()
	}
	block.StartDriver(m.rt, channel.Options{Name: "driver"}, given, driver.Driver).Discard()
	go func() { m.done <- m.rt.Run(ctx) }()
	return m
}

// halt stops the machine, and waits until nothing of it runs. Nothing has crashed.
func (m *machine) halt(t *testing.T) {
	t.Helper()
	for _, u := range m.users {
		if u.Full() {
			u.Take().Leave()
		}
	}
	m.stop(errStop)
	var crash *channel.CrashError
	if err := <-m.done; errors.As(err, &crash) {
		t.Error(err)
	}
}

func (u *user) read(lba uint64, n int) ([]byte, error) {
	asked, err := u.Take().Read(lba, n)
	if err != nil {
		return nil, err
	}
	o, err := asked.Receive()
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *block.BlockClientData:
		b := bytes.Clone(o.Buf)
		u.Put(o.Next)
		return b, nil
	case *block.BlockClientFailed:
		u.Put(o.Next)
		return nil, errFailed
	}
	panic("an option that is not declared")
}

func (u *user) write(lba uint64, b []byte) error {
	asked, err := u.Take().Write(lba, b)
	if err != nil {
		return err
	}
	o, err := asked.Receive()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *block.BlockClientWritten:
		u.Put(o.Next)
		return nil
	case *block.BlockClientFailed:
		u.Put(o.Next)
		return errFailed
	}
	panic("an option that is not declared")
}

func (u *user) flush() error {
	asked, err := u.Take().Flush()
	if err != nil {
		return err
	}
	o, err := asked.Receive()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *block.BlockClientFlushed:
		u.Put(o.Next)
		return nil
	case *block.BlockClientFailed:
		u.Put(o.Next)
		return errFailed
	}
	panic("an option that is not declared")
}

// storage is a file that can be held up and made to fail. What fails is not done at all.
type storage struct {
	image.Storage
	before func(op block.Op, offset int64) error // each access asks it first
	dirty  atomic.Int64                          // writes since the last flush
	inside atomic.Int64
	most   atomic.Int64 // accesses at once
}

func (f *storage) access(op block.Op, offset int64) error {
	n := f.inside.Add(1)
	defer f.inside.Add(-1)
	for m := f.most.Load(); n > m && !f.most.CompareAndSwap(m, n); m = f.most.Load() {
	}
	if f.before == nil {
		return nil
	}
	return f.before(op, offset)
}

func (f *storage) ReadAt(b []byte, offset int64) (int, error) {
	if err := f.access(block.OpIn, offset); err != nil {
		return 0, err
	}
	return f.Storage.ReadAt(b, offset)
}

func (f *storage) WriteAt(b []byte, offset int64) (int, error) {
	if err := f.access(block.OpOut, offset); err != nil {
		return 0, err
	}
	f.dirty.Add(1)
	return f.Storage.WriteAt(b, offset)
}

func (f *storage) Sync() error {
	if err := f.access(block.OpBarrier, 0); err != nil {
		return err
	}
	f.dirty.Store(0)
	return f.Storage.Sync()
}

// file is an empty one of so many sectors.
func file(t *testing.T, sectors int64) *storage {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "disk"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.Truncate(sectors * block.SectorSize); err != nil {
		t.Fatal(err)
	}
	return &storage{Storage: f}
}

// Several users at once read and write, each in its own part of the disk: they read what they wrote last, whatever fails between, as from a plain slice of
// bytes. What nobody could write is as it was.
func TestRandom(t *testing.T) {
	const users, part = 6, 40
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			f := file(t, users*part)
			var turn atomic.Uint64
			f.before = func(op block.Op, _ int64) error {
				if op != block.OpBarrier && turn.Add(1)%(3+seed) == 0 {
					return errors.New("planted")
				}
				return nil
			}
			m := boot(image.New(f, users*part), 1+int(seed), users)
			model := make([]byte, users*part*block.SectorSize)
			var all sync.WaitGroup
			var failed atomic.Int64
			for i, u := range m.users {
				all.Go(func() {
					r := rand.New(rand.NewPCG(seed, uint64(i)))
					for range 80 {
						n := 1 + r.IntN(block.SectorsMost)
						lba := uint64(i*part + r.IntN(part-n+1))
						want := model[lba*block.SectorSize : (lba+uint64(n))*block.SectorSize]
						var err error
						switch r.IntN(16) {
						case 0, 1, 2, 4, 5, 6:
							b := make([]byte, len(want))
							for i := range b {
								b[i] = byte(r.Uint32())
							}
							if err = u.write(lba, b); err == nil {
								copy(want, b)
							}
						case 3:
							err = u.flush()
						default:
							var got []byte
							if got, err = u.read(lba, n); err == nil && !bytes.Equal(got, want) {
								t.Errorf("user %d: %d sectors from %d on are not what was written", i, n, lba)
							}
						}
						if err == errFailed {
							failed.Add(1)
						} else if err != nil {
							t.Errorf("user %d: %v", i, err)
							return
						}
					}
				})
			}
			all.Wait()
			m.halt(t)
			got := make([]byte, len(model))
			if _, err := f.Storage.ReadAt(got, 0); err != nil || !bytes.Equal(got, model) {
				t.Errorf("the file is not what was written (%v)", err)
			}
			if failed.Load() == 0 {
				t.Error("nothing has failed")
			}
		})
	}
}

// A request that was asked first may be answered last.
func TestOutOfOrder(t *testing.T) {
	f := file(t, 2)
	entered, release := make(chan struct{}), make(chan struct{})
	f.before = func(_ block.Op, offset int64) error {
		if offset == 0 {
			close(entered)
			<-release
		}
		return nil
	}
	m := boot(image.New(f, 2), 2, 2)
	slow := make(chan error)
	go func() {
		_, err := m.users[0].read(0, 1)
		slow <- err
	}()
	<-entered
	if _, err := m.users[1].read(1, 1); err != nil {
		t.Errorf("the second request: %v", err)
	}
	close(release)
	if err := <-slow; err != nil {
		t.Errorf("the first request: %v", err)
	}
	m.halt(t)
}

// More is asked than the hardware has commands: it has never more to do at once than that, all of it when everything is held up, and each is answered.
func TestFullQueue(t *testing.T) {
	const depth, users = 3, 9
	f := file(t, users)
	entered, release := make(chan struct{}, users), make(chan struct{})
	f.before = func(block.Op, int64) error {
		entered <- struct{}{}
		<-release
		return nil
	}
	m := boot(image.New(f, users), depth, users)
	answers := make(chan error)
	for i, u := range m.users {
		go func() { answers <- u.write(uint64(i), make([]byte, block.SectorSize)) }()
	}
	for range depth {
		<-entered
	}
	close(release)
	for range users {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if f.most.Load() != depth {
		t.Errorf("%d requests at once, of %d", f.most.Load(), depth)
	}
	m.halt(t)
}

// What lies outside the disk fails, be it in part, and so does what a file that was cut cannot give.
func TestBounds(t *testing.T) {
	f := file(t, 3) // of the five sectors that the disk had
	m := boot(image.New(f, 5), 1, 1)
	u := m.users[0]
	for _, c := range []struct {
		lba  uint64
		n    int
		well bool
	}{{0, 3, true}, {2, 1, true}, {2, 2, false}, {3, 1, false}, {4, 2, false}, {5, 1, false}, {1 << 60, 1, false}, {1<<64 - 1, 2, false}} {
		if _, err := u.read(c.lba, c.n); (err == nil) != c.well {
			t.Errorf("reading %d sectors from %d on: %v", c.n, c.lba, err)
		}
	}
	for _, lba := range []uint64{5, 1 << 60, 1<<64 - 1} {
		if err := u.write(lba, make([]byte, block.SectorSize)); err != errFailed {
			t.Errorf("writing sector %d: %v", lba, err)
		}
	}
	m.halt(t)
}

// What was written before a flush is stored when it is answered. A flush that fails is never made good by a later one.
func TestFlush(t *testing.T) {
	f := file(t, 4)
	broken := false
	f.before = func(op block.Op, _ int64) error {
		if broken && op == block.OpBarrier {
			return errors.New("planted")
		}
		return nil
	}
	m := boot(image.New(f, 4), 2, 1)
	u := m.users[0]
	err := u.write(1, bytes.Repeat([]byte{7}, 2*block.SectorSize))
	if err != nil || f.dirty.Load() != 1 {
		t.Fatalf("%v, %d writes", err, f.dirty.Load())
	}
	if err = u.flush(); err != nil || f.dirty.Load() != 0 {
		t.Errorf("%v, %d writes are not stored", err, f.dirty.Load())
	}
	broken = true
	if err = u.flush(); err != errFailed {
		t.Errorf("a flush that fails: %v", err)
	}
	broken = false
	if err = u.flush(); err != errFailed {
		t.Errorf("a flush after one that has failed: %v", err)
	}
	m.halt(t)
}

// A driver that crashes with requests in flight leaves nobody waiting: who has asked hears that it is gone, and the hardware stops.
func TestCrash(t *testing.T) {
	const users = 4
	f := file(t, users)
	entered, release := make(chan struct{}, users), make(chan struct{})
	f.before = func(block.Op, int64) error {
		entered <- struct{}{}
		<-release
		return nil
	}
	m := boot(image.New(f, users), 2, users)
	answers := make(chan error)
	for i, u := range m.users {
		go func() {
			_, err := u.read(uint64(i), 1)
			answers <- err
		}()
	}
	<-entered
	<-entered
	if !m.rt.Crash("driver") {
		t.Fatal("there is no driver")
	}
	for range users {
		var gone *channel.GoneError
		if err := <-answers; !errors.As(err, &gone) {
			t.Errorf("who has asked hears %v", err)
		}
	}
	close(release)
	if err := <-m.done; !errors.Is(err, channel.ErrCrashed) {
		t.Errorf("the machine ends with %v", err)
	}
}

// A file is a disk for one writer at a time, and is never made where there is something.
func TestOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "disk")
	if _, err := image.Open(name, true); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	d, err := image.Create(name, 3)
	if err != nil || d.Sectors() != 3 {
		t.Fatal(d, err)
	}
	if err := d.WriteBlock(2, bytes.Repeat([]byte{9}, block.SectorSize)); err != nil {
		t.Error(err)
	}
	if err := errors.Join(d.Flush(), d.Close()); err != nil {
		t.Error(err)
	}
	if _, err := image.Create(name, 3); err == nil {
		t.Error("a file that is there is made again")
	}
	d, err = image.Open(name, true)
	if err != nil || d.Sectors() != 3 {
		t.Fatal(d, err)
	}
	b := make([]byte, block.SectorSize)
	if err := d.ReadBlock(2, b); err != nil || b[0] != 9 {
		t.Errorf("byte %d, %v", b[0], err)
	}
	if _, err := image.Open(name, false); err == nil {
		t.Error("a disk that is written is opened again")
	}
	d.Close()
	for range 2 { // who only look do not keep each other out
		d, err := image.Open(name, false)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.WriteBlock(0, b); err == nil {
			t.Error("a disk that is looked at is written")
		}
	}
	if _, err := image.Open(name, true); err == nil {
		t.Error("a disk that is looked at is opened for writing")
	}
	if _, err := image.Open(t.TempDir(), false); err == nil {
		t.Error("a folder is a disk")
	}
}
