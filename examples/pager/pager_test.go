package pager

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/follow"
	"github.com/protoc-os/protoc-os/traces"
)

// deadlock is the checker's counterexample.
func deadlock(t *testing.T) *traces.Trace {
	t.Helper()
	prog, _, err := session.Load(session.Config{}, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	sys, diags := session.Elaborate(prog.Asked[0].Systems[0], session.ElaborateOptions{})
	if sys == nil {
		t.Fatal(diags[0])
	}
	v := checker.Check(t.Context(), sys, checker.Options{})
	if len(v.Violations) == 0 || v.Violations[0].Code != "PO2001" {
		t.Fatalf("no deadlock: %v", v.Violations)
	}
	return v.Violations[0].Trace
}

// boot is the assembly that protoc-os gen --unverified writes.
func boot(app AppFunc) func(rt *channel.Runtime) error {
	return func(rt *channel.Runtime) error {
		return BootWriting(rt, WritingParts{App: app, Fs: serve, Pager: evict})
	}
}

// write writes whenever it may.
func write(_ context.Context, s AppStart) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *AppStartSentWrite:
			after, err := o.Next.SendFileWrite([]byte("text"))
			if err != nil {
				return err
			}
			done, err := after.ReceiveFile()
			if err != nil {
				return err
			}
			s = done.Next
		case *AppStartGiveBack:
			if s, err = o.Next.SendPagesGiven(); err != nil {
				return err
			}
		}
	}
}

func serve(_ context.Context, s FileServerComponentStart) error {
	for {
		w, err := s.ReceiveApp()
		if err != nil {
			return err
		}
		take, err := w.Next.SendMemoryTake()
		if err != nil {
			return err
		}
		page, err := take.ReceiveMemory()
		if err != nil {
			return err
		}
		if s, err = page.Next.SendAppDone(); err != nil {
			return err
		}
	}
}

func evict(_ context.Context, s PagerStart) error {
	for {
		t, err := s.ReceiveFs()
		if err != nil {
			return err
		}
		asked, err := t.Next.SendAppGiveBack()
		if err != nil {
			return err
		}
		given, err := asked.ReceiveApp()
		if err != nil {
			return err
		}
		if s, err = given.Next.SendFsPage(); err != nil {
			return err
		}
	}
}

// The counterexample is no artefact of the model: the code takes every step of it, and stands still.
func TestDeadlockIsReal(t *testing.T) {
	r, err := follow.Trace(deadlock(t), boot(write))
	if err != nil {
		t.Fatal(err)
	}
	if r.Parted != nil || r.Report.Ended || len(r.Report.Waits) != 3 || r.Report.Limit {
		t.Fatalf("%v\n%+v", r.Parted, r.Report)
	}
	var waits []string
	for _, w := range r.Report.Waits {
		waits = append(waits, w.String())
	}
	if got := strings.Join(waits, "\n"); !strings.Contains(got, "app in AppAfterWrite") || !strings.Contains(got, "pager in PagerAfterGiveBack") {
		t.Error(got)
	}
}

// Code that fails before it writes cannot be led into the deadlock, and it is said where it parts from the model.
func TestParted(t *testing.T) {
	lazy := func(context.Context, AppStart) error { return errors.New("no wish to write") }
	r, err := follow.Trace(deadlock(t), boot(lazy))
	if err != nil {
		t.Fatal(err)
	}
	if r.Parted == nil || r.Parted.Step != 1 || r.Steps != 0 || !strings.HasPrefix(r.Parted.String(), "step 1: the model has send of app Write app.file, the code crash of app") {
		t.Errorf("%v after %d steps", r.Parted, r.Steps)
	}
}

// What is not verified boots under a controlled scheduler and nowhere else.
func TestDoesNotBoot(t *testing.T) {
	err := boot(write)(channel.New(channel.Config{Cores: 1}))
	if err == nil || err.Error() != "examples/pager.Writing does not boot: it is not verified, and only a controlled scheduler may run it" {
		t.Error(err)
	}
}

// TestReplay is for `protoc-os trace replay --code ./examples/pager`.
func TestReplay(t *testing.T) { follow.Test(t, "pager.Writing", boot(write)) }
