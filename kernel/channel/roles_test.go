package channel

import (
	"fmt"
	"testing"
)

// TestThreeRoles: each ordered pair of roles has its own queue, and a choose
// tells the senders of one end apart.
func TestThreeRoles(t *testing.T) {
	rt := New(Config{Cores: 1})
	p := &Protocol{Name: "Ring", Roles: []string{"a", "b", "c"}, Capacity: 1, Pairs: []Pair{{From: 2, To: 1, Capacity: 2}}}
	var label [3][3]uint16
	for from := range uint8(3) {
		for to := range uint8(3) {
			if from != to {
				label[from][to] = uint16(len(p.Labels))
				p.Labels = append(p.Labels, Label{Name: fmt.Sprint("M", from, to), From: from, To: to, Payload: PayloadOf[pair16]()})
			}
		}
	}
	ends := rt.NewSession(p)
	var e [3]Endpoint
	for r := range e {
		c := oneSlot(p.Roles[r], p, uint8(r))
		c.Choices = 1
		rt.Probe(&e[r], c, p.Roles[r], ends[r])
	}
	for from := range uint8(3) {
		for to := range uint8(3) {
			if from == to {
				continue
			}
			op := Op{State: "S", Method: "M", Peer: to, Label: label[from][to]}
			if err := e[from].Begin(e[from].step, &op, 0); err != nil {
				t.Fatal(err)
			}
			Out[pair16](&e[from]).A = uint64(from)
			e[from].Commit()
			if err := e[from].Begin(e[from].step, &op, 0); (err == nil) != (from == 2 && to == 1) {
				t.Fatalf("%d to %d: a second message: %v", from, to, err)
			}
		}
	}
	for to := range uint8(3) {
		c := &Choice{State: "S", Method: "Next"}
		for from := range uint8(3) {
			if from != to {
				c.Options = append(c.Options, Option{Kind: Recv, Peer: from, Label: label[from][to]})
			}
		}
		for i := range 2 {
			taken, err := e[to].Choose(e[to].step, c, 0, 0)
			if err != nil || taken.Option != i || In[pair16](&e[to]).A != uint64(c.Options[i].Peer) {
				t.Fatal(to, taken, err)
			}
		}
	}
}
