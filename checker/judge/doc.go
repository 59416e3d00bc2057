// Package judge tells whether a recorded run is a run of a system: whether for every event there is a step of the model.
//
// What goes in is an elaborated system, usually with the run values of its parameters (64 programs, 1024 open files), and a trace, event by
// event; what comes out is nothing, or a Deviation: the event at which the run leaves the model, why, and the state before it. Time and
// memory are linear in the run: no state is packed and no state space is searched. What all components share (where ends stand, what is
// queued, who holds which end) follows from the events; each component is in one local state, or in several where the trace does not tell.
// A register whose value is not told is unknown until something depends on it, and then every value is tried.
//
// A trace of the checker has each step of the model as one event. A recording has a send over a channel of capacity 0 and its receive as two,
// and leaves out `add`, and the `else` of a choose between nothing but adds. A choice that looks at the other options (priority, else, timeout)
// is right if it was right at some moment since the component's step before: the code has looked before it moved, and what other components
// do meanwhile cannot make an option less ready. A send to a peer that has gone is right if it could have been made just before.
//
// There is a second successor function here, on purpose: the checker's works on packed states of small systems. The tests hold the one
// against the other on every system of this project and on random ones.
//
// Left out: whether what must happen does happen (a run may stop anywhere), and what a component computes.
package judge
