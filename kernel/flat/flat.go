// Package flat is the stand-in for a file system of protocols/boot: one root directory, with nothing in it.
package flat

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// Flat is the component.
func Flat(_ context.Context, s boot.FlatServing) error {
	for {
		o, err := s.Choose()
		if err != nil {
			return err
		}
		switch o := o.(type) {
		case *boot.FlatServingGet:
			s, err = open(o.Next)
		case *boot.FlatServingForget:
			s, err = o.Next.SendUserForgotten()
		case *boot.FlatServingSettle:
			s, err = o.Next.SendUserSettled()
		case *boot.FlatServingSync:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingAdopt:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingRelease:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingDetach:
			s = o.Next
		case *boot.FlatServingOpen:
			s, err = o.Next.SendAnswerFailed()
		case *boot.FlatServingFind:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingList:
			s, err = o.Next.SendClientsEntries(nil, 0)
		case *boot.FlatServingMakeDir:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingSymlink:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingReadLink:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingStat:
			s, err = o.Next.SendClientsIs(file.Attr{Ino: 1, Links: 2})
		case *boot.FlatServingSetTimes:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingLink:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingUnlink:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingRename:
			s, err = o.Next.SendClientsFailed()
		case *boot.FlatServingClose:
			s = o.Next
		case *boot.FlatServingGone:
			s = o.Next
		default:
			panic("flat: an option that the declaration does not have")
		}
		if err != nil {
			return err
		}
	}
}

// open answers with the root directory.
func open(s boot.FlatAfterGet) (none boot.FlatServing, err error) {
	o, err := s.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *boot.FlatAfterGetNewDir:
		return o.Next.SendAnswerOpenedDir()
	case *boot.FlatAfterGetElse:
		return o.Next.SendAnswerFailed()
	}
	panic("flat: an option that the declaration does not have")
}
