package channel

import "testing"

// TestMemoryReused: the memory of a session is used again, but not while the message last received is readable.
func TestMemoryReused(t *testing.T) {
	type large struct{ B [8192]byte }
	p := &Protocol{Name: "Large", Roles: []string{"from", "to"}, Capacity: 1, Labels: []Label{
		{Name: "M", From: 0, To: 1, Payload: PayloadOf[large]()}, {Name: "Stop", From: 0, To: 1}}}
	get := Op{Method: "Receive", Peer: 0, Labels: 3}
	rt := New(Config{Cores: 1})
	// session says label, and returns what of it can be read, and the memory it was in.
	session := func(label uint16, b byte) (*large, *memory) {
		var from, to Endpoint
		ends := rt.NewSession(p)
		m := ends[0].sess.memory
		rt.Probe(&from, oneSlot("from", p, 0), "from", ends[0])
		rt.Probe(&to, oneSlot("to", p, 1), "to", ends[1])
		put := Op{Method: "Send", Peer: 1, Label: label}
		if err := from.Begin(from.step, &put, 0); err != nil {
			t.Fatal(err)
		}
		if label == 0 {
			Out[large](&from).B[8191] = b
		}
		from.Commit()
		from.Close(0, 0)
		if l, err := to.Receive(to.step, &get, 0); err != nil || l != label {
			t.Fatal(l, err)
		}
		to.Close(0, 0)
		return In[large](&to), m
	}
	first, used := session(0, 42)
	for range 100 {
		if _, m := session(0, 43); m == used {
			t.Fatal("used again while it could be read")
		}
	}
	if first.B[8191] != 42 {
		t.Error("overwritten while it could be read")
	}
	again := map[*memory]int{}
	for range 100 {
		_, m := session(1, 0)
		again[m]++
	}
	if len(again) > 50 { // the collector may take some, and -race drops some
		t.Errorf("%d memories for 100 sessions one after the other", len(again))
	}
}
