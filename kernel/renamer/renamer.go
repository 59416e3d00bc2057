// Package renamer is the renamer of protocols/dir: the only component that uses two directories at a time. What goes in are two directories and two
// names; they come back with the answer. In between a file has both names, never none.
package renamer

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
)

// Renamer is the renamer component.
func Renamer(_ context.Context, s dir.RenamerServing) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *dir.RenamerServingAttach:
			s = o.Next
		case *dir.RenamerServingRename:
			s, err = rename(o.Next, o.Old, o.Name)
		case *dir.RenamerServingDetach:
			s = o.Next
		case *dir.RenamerServingGone:
			s = o.Next
		default:
			panic("renamer: an option that the declaration does not have")
		}
		if err != nil {
			return err
		}
	}
}

// rename finds, adopts and releases; the last step takes the old name away only if it still means what was found.
func rename(s dir.RenamerAfterRename, old, name string) (none dir.RenamerServing, err error) {
	finding, err := s.SendFromFind(old)
	if err != nil {
		return none, err
	}
	found, err := finding.ReceiveFrom()
	if err != nil {
		return none, err
	}
	switch found := found.(type) {
	case *dir.RenamerAfterFindFailed:
		return refuse(found.Next, found.Err)
	case *dir.RenamerAfterFindFound:
		ino := found.Ino
		adopting, err := found.Next.SendToAdopt(name, ino)
		if err != nil {
			return none, err
		}
		adopted, err := adopting.ReceiveTo()
		if err != nil {
			return none, err
		}
		switch adopted := adopted.(type) {
		case *dir.RenamerAfterAdoptFailed:
			return refuse(adopted.Next, adopted.Err)
		case *dir.RenamerAfterAdoptDone:
			return release(adopted.Next, old, name, ino)
		}
	}
	panic("renamer: an option that the declaration does not have")
}

// release takes the old name away, or the new one again.
func release(s dir.RenamerAfterDone, old, name string, ino uint64) (none dir.RenamerServing, err error) {
	releasing, err := s.SendFromRelease(old, ino)
	if err != nil {
		return none, err
	}
	released, err := releasing.ReceiveFrom()
	if err != nil {
		return none, err
	}
	switch released := released.(type) {
	case *dir.RenamerAfterReleaseFailed:
		why := released.Err
		undoing, err := released.Next.SendToUnlink(name, ino)
		if err != nil {
			return none, err
		}
		undone, err := undoing.ReceiveTo()
		if err != nil {
			return none, err
		}
		switch undone := undone.(type) {
		case *dir.RenamerAfterUnlinkDone:
			return refuse(undone.Next, why)
		case *dir.RenamerAfterUnlinkFailed:
			return refuse(undone.Next, why)
		}
	case *dir.RenamerAfterReleaseDone:
		o, err := released.Next.Choose()
		if err != nil {
			return none, err
		}
		switch o := o.(type) {
		case *dir.RenamerAfterDone2SentRenamed:
			return o.Next, nil
		case *dir.RenamerAfterDone2Gone:
			closed, err := o.Next.SendFromClose()
			if err != nil {
				return none, err
			}
			return closed.SendToClose()
		}
	}
	panic("renamer: an option that the declaration does not have")
}

// refuse gives both directories back and says why.
func refuse(s dir.RenamerAfterFailed, why errno.Errno) (none dir.RenamerServing, err error) {
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *dir.RenamerAfterFailedSentRefused:
		return o.Next.SendClientsRefused(why)
	case *dir.RenamerAfterFailedGone:
		closed, err := o.Next.SendFromClose()
		if err != nil {
			return none, err
		}
		return closed.SendToClose()
	}
	panic("renamer: an option that the declaration does not have")
}
