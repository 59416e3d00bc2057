// Package channel is what generated stubs stand on: queues at exactly the
// declared capacity, one place to wait per component, choose, cores,
// delegation, loss of peers, recording, and a controlled scheduler under
// which the same code repeats bit for bit. It depends on the standard
// library only. It follows sections 3 to 5 of "protoc-os", the paper whose
// words it uses: channel, send, receive, choose, option, start.
//
// What goes in: tables (Protocol, Component, Op, Choice), which a generator
// writes from a checked declaration. What comes out: components that can
// only take the steps of their machine, and events in the order in which
// they took effect. Left out: checking (the tables are trusted), and what
// Go cannot do: kill a goroutine, survive running out of stack or memory.
//
// # What a stub does
//
// An Endpoint is one component at run time (component stubs), or the holder
// of one role in a plain Go program (role stubs). A generated endpoint
// embeds it and adds a struct for each message that an external choice may
// return, so that a choice allocates nothing:
//
//	type endpoint struct { channel.Endpoint; data Data; fail Fail }
//	type Idle struct { e *endpoint; step uint32 }   // a state: a small value
//
// To send:
//
//	if s.e == nil { return Asked{}, channel.DeadState("Idle", "Ask") }
//	if err := s.e.Begin(s.step, &opAsk, 0); err != nil { return Asked{}, err }
//	p := channel.Out[askPayload](&s.e.Endpoint)
//	p.X = x
//	return Asked{s.e, s.e.Commit()}, nil
//
// To receive: Receive returns the label, In the payload, Step the new step.
// An external choice switches on the label and returns a pointer into the
// endpoint; Op.Gone makes LabelGone one of its cases. A choose calls Choose
// with its Choice and switches on Taken.Option; after a send option the next
// state's only method is that send, and it does not wait.
//
// An end travels by Give or GiveFrom between Begin and Commit, and arrives
// by Take after the receive. Members of sets have an index, and stand at a
// point that Move sets. Close lets go of an end at the end of its protocol.
// Turn is a step without a channel; PutAt, Shift and Lift move ends between
// slots, Drop abandons one. Aim points an option of a choose at one member.
// Fair, Counter and Decided serve decide and loops.
//
// A role stub is opened with Runtime.Plain and a Component of one slot; a
// component stub is started with Runtime.Start or Endpoint.Spawn, and its
// function's result goes through Endpoint.End, which finds a forged End.
// The Example shows both kinds, written by hand as the generator will.
//
// # Faults
//
// Every error is a type that says where: GoneError (the peer abandoned),
// ProtocolError (the peer sent what it may not), AbortedError (context done),
// MisuseError (a dead state, a forged End). Using a state twice, or an end
// that a component does not hold, panics with a MisuseError that names
// component, state and method; the component is then reported as Crashed.
// After an error the endpoint is dead and its ends are abandoned.
// docs/stubs.md lists them, with their words.
//
// A component that is lost leaves all its ends in one step, one event: who
// has seen one of them gone leads nobody to another that seems to be there.
//
// # Limits
//
// Options.Limits are the bounds of a system on the sessions that New makes
// and the instances that Spawn starts. Their steps say what they take a
// place of (Op.Takes, Option.Takes), and wait until there is one.
//
// # The promise of choose
//
// Each Choose takes, among the ready options, the one least recently taken
// there. So an option that is found ready at n visits of a choose with n
// options is taken at one of them, whoever schedules the rest. Readiness is
// marked in one bit set, so the cost does not grow with the channels.
//
// # Cores
//
// A core is a run loop, never an operating-system thread. Components are
// coroutines of their core: a message to a component of the same core costs
// a direct hand-over. Between cores a queue is a lock-free ring, and a place
// with news is posted to its core once. What waits for the outside world
// stays an ordinary goroutine and enters through an end of its own; it may
// lend itself to the cores that it asks (Options.Lends), so that a request
// and its answer cost no wake-up. Where a
// component runs is its Options' to say, or else Config.Place's.
package channel
