package traces

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// A Writer writes a trace file event by event, while the run goes on: it holds no more than its buffer and the names of the lifelines.
type Writer struct {
	b         *bufio.Writer
	out       *json.Encoder
	steps     int
	lifelines map[string]bool
	err       error
}

// NewWriter starts a trace file with its first line. Events, cycle and final state of head are not written; instances that start later
// need no place in it.
func NewWriter(w io.Writer, head Trace) (*Writer, error) {
	head.Version, head.Events, head.Final, head.Cycle = Version, nil, nil, 0
	if head.Instances == nil {
		head.Instances = []string{}
	}
	if err := head.Validate(); err != nil {
		return nil, fmt.Errorf("trace of %s: %w", head.System, err)
	}
	b := bufio.NewWriter(w)
	x := &Writer{b: b, out: json.NewEncoder(b), lifelines: map[string]bool{}}
	x.out.SetEscapeHTML(false)
	for _, name := range head.Instances {
		x.lifelines[name] = true
	}
	x.err = x.out.Encode(&head)
	return x, x.err
}

// Write writes the next event and numbers it. After an error it writes nothing more, and returns that error again.
func (w *Writer) Write(e Event) error {
	if w.err != nil {
		return w.err
	}
	w.steps++
	e.Step = w.steps
	if w.err = e.validate(w.lifelines); w.err != nil {
		w.err = fmt.Errorf("step %d: %w", e.Step, w.err)
		return w.err
	}
	w.err = w.out.Encode(&e)
	return w.err
}

// Close writes the final state, if one is given, and what is still in the buffer. It does not close the underlying writer.
func (w *Writer) Close(final *State) error {
	if w.err == nil && final != nil {
		w.err = w.out.Encode(lastLine{final})
	}
	if w.err == nil {
		w.err = w.b.Flush()
	}
	return w.err
}
