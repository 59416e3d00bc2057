package explore

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

// album holds the pictures of a system's machines, each drawn when it is first asked for.
type album struct {
	system *session.System

	pen   sync.Mutex // over drawn
	drawn map[*session.Machine]*machine
}

// machine is a machine's picture and where its states are in it.
type machine struct {
	svg   []byte
	nodes map[int][]string // state → ids
}

// picture is the drawing of machine number n of the system.
func (a *album) picture(number string) (any, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(a.system.Machines) {
		return nil, fmt.Errorf("there is no machine number %q", number)
	}
	m, err := a.machineOf(a.system.Machines[n])
	if err != nil {
		return nil, err
	}
	return string(m.svg), nil
}

// chart draws the steps so far.
func chart(system string, events []traces.Event, final *traces.State) ([]byte, error) {
	t := &traces.Trace{System: system, Events: events, Final: final}
	for _, c := range final.Components {
		t.Instances = append(t.Instances, c.Instance)
	}
	for _, e := range events {
		for _, name := range []string{e.Instance, e.Peer} {
			if name != "" && !slices.Contains(t.Instances, name) {
				t.Instances = append(t.Instances, name)
			}
		}
	}
	var b bytes.Buffer
	err := viz.ArrangeSequence(t, viz.SequenceOptions{Most: 60}).WriteSVG(&b)
	return b.Bytes(), err
}

// machineOf draws a machine, once.
func (a *album) machineOf(m *session.Machine) (*machine, error) {
	a.pen.Lock()
	defer a.pen.Unlock()
	if known := a.drawn[m]; known != nil {
		return known, nil
	}
	layout := viz.Arrange(viz.MachineGraph(m))
	drawn := &machine{nodes: map[int][]string{}}
	byKey := map[string][]string{}
	for i, n := range layout.Graph.Nodes {
		for _, k := range n.Keys {
			byKey[k] = append(byKey[k], "n"+strconv.Itoa(i))
		}
	}
	for s := range m.States {
		drawn.nodes[s] = byKey[viz.StateKey(s)]
	}
	var b bytes.Buffer
	if err := viz.WriteSVG(&b, layout); err != nil {
		return nil, err
	}
	drawn.svg = b.Bytes()
	a.drawn[m] = drawn
	return drawn, nil
}
