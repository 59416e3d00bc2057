// Package driver is the driver of protocols/block: it hands the requests of its users to the hardware, as many at once as that has commands, and
// answers each when its interrupt comes. It knows nothing of what is behind the commands.
package driver

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/block"
)

// Driver is the component.
func Driver(_ context.Context, s block.DriverServing) error {
	d := new(driver)
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		if s, err = d.serve(o); err != nil {
			return err
		}
	}
}

// driver keeps what is on its way: a message's own bytes are gone with the next step.
type driver struct{ buf []byte }

// serve passes a request on to the first command that is free, or an interrupt to the user whose request it ends.
func (d *driver) serve(o block.DriverServingOption) (none block.DriverServing, err error) {
	switch o := o.(type) {
	case *block.DriverServingRead:
		free := o.Next.(*block.DriverAfterRead)
		slot, err := free.PickSlots(free.First())
		if err != nil {
			return none, err
		}
		return slot.SendSlotsSubmit(o.Lba, o.Count, nil)
	case *block.DriverServingWrite:
		d.buf = append(d.buf[:0], o.Buf...)
		free := o.Next.(*block.DriverAfterWrite)
		slot, err := free.PickSlots(free.First())
		if err != nil {
			return none, err
		}
		return slot.SendSlotsSubmit(o.Lba, len(d.buf)/block.SectorSize, d.buf)
	case *block.DriverServingFlush:
		free := o.Next.(*block.DriverAfterFlush)
		slot, err := free.PickSlots(free.First())
		if err != nil {
			return none, err
		}
		return slot.SendSlotsSubmit(0, 0, nil)
	case *block.DriverServingInterrupt:
		d.buf = append(d.buf[:0], o.Buf...)
		switch ended := o.Next.(type) {
		case *block.DriverAfterInterrupt:
			return well(ended, d.buf)
		case *block.DriverAfterInterrupt2:
			return badly(ended)
		}
	case *block.DriverServingAttach:
		return o.Next, nil
	case *block.DriverServingDetach:
		return o.Next, nil
	case *block.DriverServingGone:
		return o.Next, nil
	}
	panic("driver: an option that the declaration does not have")
}

// well answers a request that the hardware has done; who asked may have gone.
func well(s *block.DriverAfterInterrupt, b []byte) (none block.DriverServing, err error) {
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *block.DriverAfterInterruptSentData:
		return o.Next.SendClientsData(b)
	case *block.DriverAfterInterruptSentWritten:
		return o.Next, nil
	case *block.DriverAfterInterruptSentFlushed:
		return o.Next, nil
	case *block.DriverAfterInterruptGone:
		return o.Next, nil
	}
	panic("driver: an option that the declaration does not have")
}

// badly answers a request at which the hardware has failed.
func badly(s *block.DriverAfterInterrupt2) (none block.DriverServing, err error) {
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *block.DriverAfterInterrupt2SentFailed:
		return o.Next, nil
	case *block.DriverAfterInterrupt2Gone:
		return o.Next, nil
	}
	panic("driver: an option that the declaration does not have")
}
