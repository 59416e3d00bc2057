package renamer_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	server "github.com/protoc-os/protoc-os/kernel/renamer"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
)

// renaming is one request, and what the two directories have said so far.
type renaming struct {
	from, to  *channeltest.Session
	asked     *dir.RenamingRenamePayload
	ino       uint64
	found     bool
	adopted   bool // the new name is there
	released  bool // the old one is not there any more
	undoing   bool // the new one is taken away again, or was not to be had
	back      bool // the client has the directories again
	releasing bool
	err       errno.Errno
}

// Start is the renamer with three clients. A name that was moved has its new place and not the old; one that was refused has the old, and the new
// one is taken back; the name never has no place; and the directories go back, or are closed if there is nobody to give them to.
func Start(w *channeltest.World) {
	given := dir.RenamerGiven{Users: 3, Port: w.End(&dir.RenamingPort, "renamer")}
	dir.StartRenamer(w.Runtime, channel.Options{Name: "renamer"}, given, server.Renamer).Discard()
	w.Patient(&dir.Renaming) // until there is a place for one more client, and the directories answer
	w.Survives(&dir.Renaming)

	last := map[*channeltest.Session]*renaming{} // by client
	of := map[*channeltest.Session]*renaming{}   // by directory
	channeltest.On(w, func(s channeltest.Seen, m *dir.RenamingRenamePayload) error {
		last[s.Session] = &renaming{asked: m}
		return nil
	})
	w.OnBorn(&dir.Dir, func(d *channeltest.Session) {
		r := last[d.Over]
		if r == nil {
			return // opened below one that is back
		}
		if of[d] = r; r.from == nil {
			r.from = d
		} else {
			r.to = d
		}
	})
	// busy is the request that has a directory now, nil if the renamer has not.
	busy := func(s channeltest.Seen) *renaming {
		if r := of[s.Session]; r != nil && !r.back {
			return r
		}
		return nil
	}
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirFindPayload) error {
		if r := busy(s); r != nil && (s.Session != r.from || m.Name != r.asked.Old) {
			return errors.New("another name is looked for")
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirFoundPayload) error {
		if r := busy(s); r != nil {
			r.ino, r.found = m.Ino, true
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirAdoptPayload) error {
		if r := busy(s); r != nil && (s.Session != r.to || !r.found || m.Ino != r.ino || m.Name != r.asked.Name) {
			return errors.New("another name is made")
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirReleasePayload) error {
		r := busy(s)
		if r == nil {
			return nil
		}
		r.releasing = true
		if !r.adopted || s.Session != r.from || m.Ino != r.ino || m.Name != r.asked.Old {
			return errors.New("another name is taken away")
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirUnlinkPayload) error {
		r := busy(s)
		if r == nil {
			return nil
		}
		r.releasing, r.undoing = false, true
		if !r.adopted || s.Session != r.to || m.Ino != r.ino || m.Name != r.asked.Name {
			return errors.New("another name is taken back")
		}
		return nil
	})
	w.OnLabel(&dir.Dir, "Done", func(s channeltest.Seen) error {
		switch r := busy(s); {
		case r == nil:
		case r.releasing:
			r.released = true
		case !r.undoing:
			r.adopted = true
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.DirFailedPayload) error {
		if r := busy(s); r != nil && !r.undoing {
			r.err = m.Err
		}
		return nil
	})
	w.OnLabel(&dir.Renaming, "Renamed", func(s channeltest.Seen) error {
		r := last[s.Session]
		if r.back = true; !r.adopted || !r.released || r.undoing {
			return fmt.Errorf("renamed: adopted %v, released %v, undone %v", r.adopted, r.released, r.undoing)
		}
		return nil
	})
	channeltest.On(w, func(s channeltest.Seen, m *dir.RenamingRefusedPayload) error {
		r := last[s.Session]
		if r.back = true; r.released || r.adopted != r.undoing || m.Err != r.err {
			return fmt.Errorf("refused for %v: adopted %v, released %v, undone %v, and a directory says %v", m.Err, r.adopted, r.released, r.undoing, r.err)
		}
		return nil
	})
	w.AtEnd(func() error {
		for d := range of {
			if d.Held() {
				return fmt.Errorf("%s is neither given back nor closed", d.Name)
			}
		}
		return nil
	})
}

func TestRenamer(t *testing.T) { channeltest.Config{MinCover: 95}.Check(t, Start) }
