package renamer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker"
	"github.com/protoc-os/protoc-os/checker/judge"
	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/explore"
	server "github.com/protoc-os/protoc-os/kernel/renamer"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/traces"
)

// names is a directory: which inode each name means.
type names map[string]uint64

func (n names) serve(_ context.Context, s dir.NamesServing) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *dir.NamesServingFind:
			if ino, ok := n[o.Name]; ok {
				there, err := o.Next.There()
				if err != nil {
					return err
				}
				s, err = there.SendClientsFound(ino, file.KindRegular, file.Attr{})
				if err != nil {
					return err
				}
				continue
			}
			missing, err := o.Next.Missing()
			if err != nil {
				return err
			}
			if s, err = missing.SendClientsFailed(); err != nil {
				return err
			}
		case *dir.NamesServingAdopt:
			if _, taken := n[o.Name]; taken {
				stale, err := o.Next.Stale()
				if err != nil {
					return err
				}
				if s, err = stale.SendClientsFailed(); err != nil {
					return err
				}
				continue
			}
			n[o.Name] = o.Ino
			fine, err := o.Next.Fine()
			if err != nil {
				return err
			}
			if s, err = fine.SendClientsDone(); err != nil {
				return err
			}
		case *dir.NamesServingRelease:
			if n[o.Name] != o.Ino {
				stale, err := o.Next.Stale()
				if err != nil {
					return err
				}
				if s, err = stale.SendClientsFailed(); err != nil {
					return err
				}
				continue
			}
			delete(n, o.Name)
			fine, err := o.Next.Fine()
			if err != nil {
				return err
			}
			if s, err = fine.SendClientsDone(); err != nil {
				return err
			}
		case *dir.NamesServingClose:
			s = o.Next
		case *dir.NamesServingLink, *dir.NamesServingList, *dir.NamesServingMakeDir, *dir.NamesServingOpen,
			*dir.NamesServingReadLink, *dir.NamesServingRename, *dir.NamesServingSetTimes, *dir.NamesServingStat, *dir.NamesServingSymlink, *dir.NamesServingSync,
			*dir.NamesServingUnlink:
			return fmt.Errorf("the renamer asks for %T", o)
		}
	}
}

// move renames a file once, and leaves.
func move(_ context.Context, s dir.MoverMoving) (none dir.MoverEnd, err error) {
	moving, err := s.Move()
	if err != nil {
		return none, err
	}
	asked, err := moving.SendRenamerRename("a", "a")
	if err != nil {
		return none, err
	}
	o, err := asked.ReceiveRenamer()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *dir.MoverAfterRenameRenamed:
		s = o.Next
	case *dir.MoverAfterRenameRefused:
		s = o.Next
	}
	leave, err := s.Leave()
	if err != nil {
		return none, err
	}
	one, err := leave.SendAClose()
	if err != nil {
		return none, err
	}
	two, err := one.SendBClose()
	if err != nil {
		return none, err
	}
	return two.SendRenamerDetach()
}

func attach(_ context.Context, s dir.AttacherStart) (none dir.AttacherEnd, err error) {
	one, err := s.SendPortAttach()
	if err != nil {
		return none, err
	}
	two, err := one.SendPortAttach()
	if err != nil {
		return none, err
	}
	gone, err := two.Choose()
	if err != nil {
		return none, err
	}
	return gone.Next, nil
}

// TestExplore is two renames that cross, with names of a single file, in every order up to two deviations from the default one: each run is one of
// the model's, and each file has one name in the end. Nobody else takes names away, so that the renamer never has to undo what it did.
func TestExplore(t *testing.T) {
	var left, right names
	taken := false // the new name, by what cannot be replaced
	boot := func(rt *channel.Runtime) error {
		if left, right = (names{"a": 1}), (names{}); taken {
			right["a"] = 2
		}
		thereFrom, leftFirst := dir.NewDir(rt)
		thereTo, rightFirst := dir.NewDir(rt)
		backFrom, rightSecond := dir.NewDir(rt)
		backTo, leftSecond := dir.NewDir(rt)
		thereRenamer, first := dir.NewRenaming(rt)
		backRenamer, second := dir.NewRenaming(rt)
		opener, port := dir.NewRenamingPort(rt)
		dir.StartNames(rt, channel.Options{Name: "left"}, dir.NamesGiven{First: leftFirst, Second: leftSecond}, left.serve).Discard()
		dir.StartNames(rt, channel.Options{Name: "right"}, dir.NamesGiven{First: rightFirst, Second: rightSecond}, right.serve).Discard()
		dir.StartMover(rt, channel.Options{Name: "there"}, dir.MoverGiven{Renamer: thereRenamer, From: thereFrom, To: thereTo}, move).Discard()
		dir.StartMover(rt, channel.Options{Name: "back"}, dir.MoverGiven{Renamer: backRenamer, From: backFrom, To: backTo}, move).Discard()
		dir.StartRenamer(rt, channel.Options{Name: "renamer"}, dir.RenamerGiven{Users: 2, Port: port}, server.Renamer).Discard()
		dir.StartAttacher(rt, channel.Options{Name: "attach"}, dir.AttacherGiven{Port: opener, First: first, Second: second}, attach).Discard()
		return nil
	}
	var sys *session.System
	var did *judge.Taken
	visit := func(run *traces.Trace, r channel.Report) (err error) {
		if sys == nil {
			if sys, err = judge.System("protocols/dir", run); err != nil {
				return err
			}
			did = judge.NewTaken(sys)
		}
		j, err := judge.New(sys, run)
		if err != nil {
			return err
		}
		if err := j.All(run.Events); err != nil {
			return err
		}
		did.Add(j)
		if left["a"]+right["a"] != 1 && !taken || taken && (left["a"] != 1 || right["a"] != 2) || len(r.Errors) > 0 {
			return fmt.Errorf("left %v, right %v, %+v", left, right, r)
		}
		return nil
	}
	for _, taken = range []bool{false, true} {
		stats, err := explore.All(explore.Options{System: "dir.Crossing", Digest: dir.CrossingDigest, Deviations: 2}, boot, visit)
		if err != nil {
			t.Fatal(err)
		}
		if !stats.Complete || stats.Runs < 100 {
			t.Errorf("%+v", stats)
		}
		t.Logf("%+v", stats)
	}
	v := checker.Check(t.Context(), sys, checker.Options{})
	if v.Outcome != checker.Holds {
		t.Fatalf("the model does not hold: %v", v.Reason)
	}
	var never []string
	for _, n := range did.Never(v.IsDead) {
		_, what, _ := strings.Cut(n, ": ")
		never = append(never, what)
	}
	t.Logf("the model may, and the code never does:\n%s", strings.Join(never, "\n"))
	if want := []string{
		"option Unlink(name, ino) <- clients[c]:      change(clients[c])",
		"option Failed(err) <- from:", "to <- Unlink(_, _)", "option Done() <- to:", "option Failed(err) <- to:",
	}; !slices.Equal(never, want) {
		t.Errorf("the code never does %q, want %q", never, want)
	}
}
