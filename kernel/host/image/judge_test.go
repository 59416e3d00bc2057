package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/driver"
	"github.com/protoc-os/protoc-os/kernel/host/image"
	"github.com/protoc-os/protoc-os/protocols/block"
)

// tester is a user that asks for everything once, of a sector of its own, and leaves.
func tester(lba uint64) block.TesterFunc {
	return func(_ context.Context, s block.TesterAsking) (none block.TesterEnd, err error) {
		for {
			o, err := s.Choose()
			if err != nil {
				return none, err
			}
			switch o := o.(type) {
			case *block.TesterAskingSentRead:
				s, err = look(o.Next, lba)
			case *block.TesterAskingSentWrite:
				s, err = put(o.Next, lba)
			case *block.TesterAskingSentFlush:
				s, err = store(o.Next)
			case *block.TesterAskingSentDetach:
				return o.Next, nil
			}
			if err != nil {
				return none, err
			}
		}
	}
}

func look(s block.TesterAskingSentReadNext, lba uint64) (none block.TesterAsking, err error) {
	asked, err := s.SendDiskRead(lba, 1)
	if err != nil {
		return none, err
	}
	patient, err := asked.Patient()
	if err != nil {
		return none, err
	}
	o, err := patient.ReceiveDisk()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *block.TesterAfterPatientData:
		return o.Next, nil
	case *block.TesterAfterPatientFailed:
		return none, errors.New("a read has failed")
	}
	panic("an option that is not declared")
}

func put(s block.TesterAskingSentWriteNext, lba uint64) (none block.TesterAsking, err error) {
	asked, err := s.SendDiskWrite(lba, bytes.Repeat([]byte{byte(lba)}, block.SectorSize))
	if err != nil {
		return none, err
	}
	o, err := asked.ReceiveDisk()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *block.TesterAfterWriteWritten:
		return o.Next, nil
	case *block.TesterAfterWriteFailed:
		return none, errors.New("a write has failed")
	}
	panic("an option that is not declared")
}

func store(s block.TesterAfterFlush) (none block.TesterAsking, err error) {
	o, err := s.ReceiveDisk()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *block.TesterAfterFlushFlushed:
		return o.Next, nil
	case *block.TesterAfterFlushFailed:
		return none, errors.New("a flush has failed")
	}
	panic("an option that is not declared")
}

// opener starts its testers, each on a sector of its own, and says when all have ended well.
func opener(over func(error)) block.OpenerFunc {
	return func(_ context.Context, s block.OpenerStart) error {
		var watching *block.OpenerWatching
		users := 0
		for watching == nil {
			made, err := s.NewBlock()
			if err != nil {
				return err
			}
			attached, err := made.SendPortAttach()
			if err != nil {
				return err
			}
			users++
			next, err := attached.StartTester(channel.Options{Name: fmt.Sprint("user", users)}, tester(uint64(users)))
			if err != nil {
				return err
			}
			switch next := next.(type) {
			case *block.OpenerStart:
				s = *next
			case *block.OpenerWatching:
				watching = next
			}
		}
		for at := *watching; ; {
			o, err := at.Choose()
			if err != nil {
				return err
			}
			switch o := o.(type) {
			case *block.OpenerWatchingEnded:
				at = o.Next
				if users--; users == 0 {
					over(errStop)
				}
			case *block.OpenerWatchingCrashed:
				at = o.Next
				over(errors.New("a user has crashed"))
			}
		}
	}
}

// The verified system boots on an image, and its run is one of the model's: all users ask at once, and what they wrote is in the file.
func TestJudged(t *testing.T) {
	lock := []byte("protoc-os lock 1\n\nsystem protocols/block.Disks\n\tdigest " + block.DisksDigest + "\n")
	const users = 64
	f := file(t, users+1)
	run := channel.NewTrace("block.Disks", block.DisksDigest)
	rt := channel.New(channel.Config{Cores: 1, Outside: true, Recorder: run})
	disk := image.New(f, users+1)
	ctx, over := context.WithCancelCause(context.Background())
	err := block.BootDisks(rt, lock, block.DisksParts{Opener: opener(over), Tester: tester(0), Driver: driver.Driver, Device: disk.Device})
	if err != nil {
		t.Fatal(err)
	}
	err = rt.Run(ctx)
	var crash *channel.CrashError
	if context.Cause(ctx) != errStop || errors.As(err, &crash) {
		t.Errorf("%v: %v", context.Cause(ctx), err)
	}
	if err := judge.File("protocols/block", run.Trace()); err != nil {
		t.Error(err)
	}
	b := make([]byte, block.SectorSize)
	for u := range uint64(users) {
		if err := disk.ReadBlock(u+1, b); err != nil || b[0] != byte(u+1) {
			t.Errorf("sector %d begins with %d: %v", u+1, b[0], err)
		}
	}
}
