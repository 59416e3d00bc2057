package channel

import (
	"errors"
	"fmt"
	"strings"
)

// Where names the place of a fault in the words of the declaration.
type Where struct{ Component, Protocol, Role, State, Label string }

func (w Where) String() string {
	s := w.Component
	if w.Protocol != "" {
		s += " as " + w.Protocol + "." + w.Role
	}
	if w.State != "" {
		s += " in " + w.State
	}
	if w.Label != "" {
		s += " at " + w.Label
	}
	return strings.TrimPrefix(s, " ") // of a state of nobody
}

// GoneError: the peer has abandoned, and the state has no option for it.
type GoneError struct {
	Where
	Peer string // the role that is gone
}

func (e *GoneError) Error() string { return fmt.Sprintf("%v: %s is gone", e.Where, e.Peer) }

// AbortedError: the component was cancelled or crashed; its ends are abandoned.
type AbortedError struct {
	Where
	Cause error
}

func (e *AbortedError) Error() string { return fmt.Sprintf("%v: aborted: %v", e.Where, e.Cause) }
func (e *AbortedError) Unwrap() error { return e.Cause }

// ProtocolError: the peer sent what the protocol does not allow here.
type ProtocolError struct {
	Where
	Peer string // who is to blame
}

func (e *ProtocolError) Error() string {
	return fmt.Sprintf("%v: %s broke the protocol", e.Where, e.Peer)
}

// MisuseError: the holder of a state used what it does not have.
type MisuseError struct {
	Where
	Method string
	Reason string
}

func (e *MisuseError) Error() string {
	return fmt.Sprintf("%v: %s: %s", e.Where, e.Method, e.Reason)
}

// CrashError: the component panicked; Value is what with.
type CrashError struct {
	Component string
	Value     any
	Stack     []byte
}

// Unwrap is what the component panicked with, if that is an error.
func (e *CrashError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func (e *CrashError) Error() string { return fmt.Sprintf("%s crashed: %v", e.Component, e.Value) }

// AssertionError is what a component panics with that does not do as its
// declaration says: an assertion fails, or a value leaves its range.
type AssertionError struct {
	Component string
	What, At  string // as declared, and where
}

func (e *AssertionError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Component, e.At, e.What) }

// ErrNotReady is what a probe gets instead of waiting.
var ErrNotReady = errors.New("channel: not ready")

// ErrGone is what Begin returns, when its Op allows it, for a receiver that
// has abandoned: nothing was sent, and the endpoint goes on.
var ErrGone = errors.New("channel: peer is gone")

// ErrCrashed is the cause of a fault that was injected.
var ErrCrashed = errors.New("channel: crash injected")

// DeadState is what a method of the zero state returns.
func DeadState(state, method string) error {
	return &MisuseError{Where: Where{State: state}, Method: method, Reason: "the state is dead: it is the zero value, or an error came before"}
}

func (e *Endpoint) where(slot int32, state string, label string) Where {
	w := Where{Component: e.name, State: state, Label: label}
	if slot >= 0 && int(slot) < len(e.table.Slots) {
		s := &e.table.Slots[slot]
		w.Protocol, w.Role = s.Protocol.Name, s.Protocol.Roles[s.Role]
	}
	return w
}

// goneError reports the loss of the other end of an operation.
func (e *Endpoint) goneError(slot int32, peer uint8, state, label string) error {
	return e.fail(&GoneError{e.where(slot, state, label), e.table.Slots[slot].Protocol.Roles[peer]})
}
