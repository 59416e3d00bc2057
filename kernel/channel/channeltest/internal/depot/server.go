package depot

import "context"

// server keeps what the depot holds. What a bell waits for is kept by its
// number in the set.
type server struct {
	values [Keys]uint64
	used   [Blocks]bool
	bells  []int // key by member
	logged uint64
}

// Server is the depot.
func Server(_ context.Context, s DepotServing) error {
	v := new(server)
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		if s, err = v.serve(o); err != nil {
			return err
		}
	}
}

// serve answers one option.
func (v *server) serve(o DepotServingOption) (DepotServing, error) {
	switch o := o.(type) {
	case *DepotServingAttach:
		return o.Next, nil
	case *DepotServingGet:
		return o.Next.SendClientsValue(v.values[o.Key])
	case *DepotServingPut:
		return v.put(o)
	case *DepotServingAdd:
		v.values[o.Key] += o.By
		return o.Next.SendClientsSum(v.values[o.Key])
	case *DepotServingTake:
		return v.take(o.Next)
	case *DepotServingGive:
		v.used[o.N] = false
		return o.Next.SendClientsGiven()
	case *DepotServingWatch:
		added := o.Next.View().Added()
		for len(v.bells) <= added {
			v.bells = append(v.bells, 0)
		}
		v.bells[added] = o.Key
		return o.Next, nil
	case *DepotServingDetach:
		return o.Next, nil
	case *DepotServingForgetBells:
		return o.Next.SendBellsForgotten()
	case *DepotServingForgetBells2:
		return o.Next, nil
	case *DepotServingGoneBells:
		return o.Next, nil
	case *DepotServingGoneClients:
		return o.Next, nil
	}
	panic("depot: an option that the declaration does not have")
}

// take finds a free block.
func (v *server) take(s DepotAfterTake) (DepotServing, error) {
	for n := 0; n < Blocks; n++ {
		if !v.used[n] {
			v.used[n] = true
			some, err := s.Some()
			if err != nil {
				return DepotServing{}, err
			}
			return some.SendClientsBlock(n)
		}
	}
	none, err := s.None()
	if err != nil {
		return DepotServing{}, err
	}
	return none.SendClientsFull()
}

// put logs a value, stores it, and rings the bells that wait for its key.
func (v *server) put(o *DepotServingPut) (DepotServing, error) {
	v.logged++
	key, value := o.Key, o.Value
	intent, err := o.Next.SendLogIntent(v.logged)
	if err != nil {
		return DepotServing{}, err
	}
	commit, err := intent.SendLogCommit(v.logged)
	if err != nil {
		return DepotServing{}, err
	}
	synced, err := commit.ReceiveLog()
	if err != nil {
		return DepotServing{}, err
	}
	v.values[key] = value
	stored, err := synced.Next.Choose()
	if err != nil {
		return DepotServing{}, err
	}
	switch stored := stored.(type) {
	case *DepotAfterSyncedSentStored:
		return v.ring(stored.Next, key)
	case *DepotAfterSyncedGone:
		return stored.Next, nil
	}
	panic("depot: an option that the declaration does not have")
}

// ring rings the bells of a key, one after the other.
func (v *server) ring(next DepotServingOrAfterStored, key int) (DepotServing, error) {
	for {
		var err error
		switch s := next.(type) {
		case *DepotAfterStored:
			if v.bells[s.View().B()] != key {
				next, err = s.Other()
				break
			}
			var hit DepotAfterHit
			if hit, err = s.Hit(); err == nil {
				next, err = hit.SendBellsRing(v.values[key])
			}
		case *DepotServing:
			return *s, nil
		}
		if err != nil {
			return DepotServing{}, err
		}
	}
}
