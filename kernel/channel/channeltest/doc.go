// Package channeltest tests a component by playing everybody else. What
// goes in: a function that starts the component on a runtime, against ends
// of sessions whose other roles are the test's. What comes out: nothing, or
// a failure with the shortest script found that leads to it.
//
// The peers are random walks of the machines that generated stubs embed
// (channel.Local), weighted toward transitions not yet taken and away from
// the end. A step of the script is one message of a peer, or a fault: an
// end is abandoned (close), a client disappears with all its ends (crash),
// a peer receives nothing for a while (delay). After each step the
// component runs under the controlled scheduler until nothing can move, and
// what it has sent is judged. So silence is seen at once, without a clock.
//
// What is judged, always: every message is one that the protocol allows,
// with values that are declared; a component that is quiet owes nobody a
// message; it does not fail, unless a fault that was injected explains it;
// it comes to rest; nobody is passed over by a choose more often than there
// are others; and at the end of a run, when the faults are over and every
// peer has walked to the end of its protocol or to where it may rest, so
// has the component, and holds no end of a session that is over. What a
// test may add: handlers of single messages (On), invariants (Always), and
// a reference model to which the answers must be linearizable (Model).
//
// pgregory.net/rapid draws and shrinks; a script that fails is then made
// shorter step by step, saved as a trace of labels, values and faults, and
// replayed by the next run: it passes, fails, or is stale because a
// protocol in it was declared anew.
package channeltest
