package channel

import (
	"context"
	"errors"
	"slices"
	"testing"
)

var note = Protocol{Name: "Note", Roles: []string{"from", "to"}, Capacity: 1, Labels: []Label{{Name: "M", From: 0, To: 1}}}

// TestCrashIsOneStep: when a component is lost, whoever was led there by one
// lost end finds the others lost, too. The first of many ends of the victim
// is watched by a witness, who tells a second one, who then looks at the last.
func TestCrashIsOneStep(t *testing.T) {
	const ends = 300
	gone := Op{State: "Watching", Method: "Receive", Peer: 0, Labels: 1, Gone: true}
	tell := Op{State: "Telling", Method: "M", Slot: 1, Peer: 1}
	hear := Op{State: "Hearing", Method: "Receive", Slot: 0, Peer: 0, Labels: 1}
	try := Op{State: "Trying", Method: "M", Slot: 1, Peer: 1, Gone: true}
	for range 200 {
		rt := New(Config{Cores: 2})
		var victim, witness, second Endpoint
		watched, last, line := rt.NewSession(&note), rt.NewSession(&note), rt.NewSession(&note)
		table := &Component{Name: "victim", Slots: []Slot{{Name: "watched", Protocol: &note, Role: 0}, {Name: "more", Protocol: &note, Role: 0, Set: ends}, {Name: "last", Protocol: &note, Role: 1}}}
		held := []End{watched[0]}
		for range ends {
			d := rt.NewSession(&note)
			d[1].Discard()
			held = append(held, d[0])
		}
		rt.Start(&victim, table, Options{Placement: Pinned, Core: 0}, append(held, last[1]), func(context.Context) error {
			return errors.New("lost")
		}).Discard()
		rt.Start(&witness, &Component{Name: "witness", Slots: []Slot{{Name: "watched", Protocol: &note, Role: 1}, {Name: "line", Protocol: &note, Role: 0}}},
			Options{Placement: Pinned, Core: 1}, []End{watched[1], line[0]}, func(context.Context) error {
				if l, err := witness.Receive(witness.step, &gone, 0); err != nil || l != LabelGone {
					t.Error(l, err)
				}
				if err := witness.Begin(witness.step, &tell, 0); err != nil {
					return err
				}
				witness.Commit()
				witness.Close(0, 0)
				witness.Close(1, 0)
				return nil
			}).Discard()
		rt.Start(&second, &Component{Name: "second", Slots: []Slot{{Name: "line", Protocol: &note, Role: 1}, {Name: "last", Protocol: &note, Role: 0}}},
			Options{Placement: Pinned, Core: 1}, []End{line[1], last[0]}, func(context.Context) error {
				if _, err := second.Receive(second.step, &hear, 0); err != nil {
					return err
				}
				if err := second.Begin(second.step, &try, 0); err != ErrGone {
					t.Error("the last end of a component whose first is gone still takes messages:", err)
				} else {
					second.Close(1, 0)
				}
				second.Close(0, 0)
				return nil
			}).Discard()
		_ = rt.Run(context.Background())
		if t.Failed() {
			return
		}
	}
}

// TestCrashIsOneEvent: and so it is recorded, with the ends that travelled toward the lost component.
func TestCrashIsOneEvent(t *testing.T) {
	l := &kinds{}
	rt := New(Config{Cores: 1, Recorder: l})
	k := rt.Control(Control{Decider: Script(nil)})
	var carrier Protocol
	carrier = Protocol{Name: "Carrier", Roles: []string{"from", "to"}, Capacity: 1, Labels: []Label{{Name: "Take", From: 0, To: 1, Ends: 1}}}
	in, out, cargo := rt.NewSession(&carrier), rt.NewSession(&note), rt.NewSession(&note)
	sender := rt.Hold(in[0], "sender")
	sender.Send(0, nil, cargo[0])
	var e Endpoint
	rt.Start(&e, &Component{Name: "victim", Slots: []Slot{{Name: "in", Protocol: &carrier, Role: 1}, {Name: "out", Protocol: &note, Role: 0}}},
		Options{}, []End{in[1], out[0]}, func(context.Context) error { panic("ouch") }).Discard()
	l.all = nil
	k.Run()
	peer, far := rt.Hold(out[1], "peer"), rt.Hold(cargo[1], "far")
	if !sender.Gone(1) || !peer.Gone(0) || !far.Gone(0) {
		t.Error("an end of the victim, or one on its way to it, is still there")
	}
	if i := slices.Index(l.all, CrashEvent); i < 0 || slices.Contains(l.all, AbandonEvent) || slices.Contains(l.all[i+1:], CrashEvent) {
		t.Errorf("recorded %v", l.all)
	}
	k.Close()
}

type kinds struct{ all []EventKind }

func (k *kinds) Record(ev *Event) { k.all = append(k.all, ev.Kind) }

// TestCrashWhileAMessageIsMade: what was not committed was never sent.
func TestCrashWhileAMessageIsMade(t *testing.T) {
	put := Op{State: "Sending", Method: "M", Peer: 1}
	get := Op{State: "Hearing", Method: "Receive", Peer: 0, Labels: 1, Gone: true}
	for _, whole := range []int{0, 1, 2} {
		rt := New(Config{Cores: 1})
		p := &Protocol{Name: "Note", Roles: []string{"from", "to"}, Capacity: 3, Labels: note.Labels}
		ends := rt.NewSession(p)
		var from, to Endpoint
		heard := 0
		rt.Start(&from, oneSlot("from", p, 0), Options{}, ends[:1], func(context.Context) error {
			from.step++ // a step at a multiple of slice goes another way
			for range whole {
				if err := from.Begin(from.step, &put, 0); err != nil {
					return err
				}
				from.Commit()
			}
			if err := from.Begin(from.step, &put, 0); err != nil {
				return err
			}
			panic("a value is not in its range")
		}).Discard()
		rt.Start(&to, oneSlot("to", p, 1), Options{}, ends[1:], func(context.Context) error {
			for {
				l, err := to.Receive(to.step, &get, 0)
				if err != nil {
					return err
				}
				if l == LabelGone {
					to.Close(0, 0)
					return nil
				}
				heard++
			}
		}).Discard()
		var crash *CrashError
		if err := rt.Run(context.Background()); !errors.As(err, &crash) || heard != whole {
			t.Errorf("%d were sent and %d heard: %v", whole, heard, err)
		}
	}
}
