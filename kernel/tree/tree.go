// Package tree is a file system in memory, in one component: what protocols/boot declares as Tree. Requests of all directories and files that are
// open come in; each is answered before the next is taken.
package tree

import (
	"context"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/protocols/boot"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// tree is the component: who has what open, and the answer that is owed.
type tree struct {
	*Files
	channel.Cell[boot.TreeWorking]
	clients, opened []*node // by member

	why    errno.Errno
	node   *node // found, opened or asked about
	list   []byte
	cookie uint64
	data   []byte
	count  uint32
}

// Server makes the component. The files are its own from then on, until the kernel has stopped.
func Server(files *Files) boot.TreeFunc {
	return func(_ context.Context, s boot.TreeWorking) error {
		t := &tree{Files: files}
		t.Put(s)
		for {
			o, err := t.Take().Choose()
			if err == nil {
				err = t.take(o)
			}
			if err != nil {
				return err
			}
		}
	}
}

// next notes where the component stands.
func (t *tree) next(s boot.TreeWorking, err error) error {
	if err == nil {
		t.Put(s)
	}
	return err
}

func (t *tree) take(o boot.TreeWorkingOption) error {
	switch o := o.(type) {
	case *boot.TreeWorkingForget:
		return t.next(o.Next.SendUserForgotten())
	case *boot.TreeWorkingSettle:
		return t.next(o.Next.SendUserSettled())
	case *boot.TreeWorkingDetach:
		return t.next(o.Next, nil)
	case *boot.TreeWorkingGet:
		return t.get(o)
	case *boot.TreeWorkingOpen:
		t.node, t.why = t.Files.open(t.clients[o.Member], o.Name, o.How)
		return t.open(o.Next)
	case *boot.TreeWorkingCloseClients:
		t.leave(t.clients, o.Member)
		return t.next(o.Next, nil)
	case *boot.TreeWorkingGoneClients:
		t.leave(t.clients, o.Member)
		return t.next(o.Next, nil)
	case *boot.TreeWorkingCloseOpened:
		t.leave(t.opened, o.Member)
		return t.next(o.Next, nil)
	case *boot.TreeWorkingGoneOpened:
		t.leave(t.opened, o.Member)
		return t.next(o.Next, nil)
	case *boot.TreeWorkingWatch:
		switch s := o.Next.(type) {
		case *boot.TreeAfterWatch:
			return t.next(s.SendSleepersReady())
		case *boot.TreeWorking:
			return t.next(*s, nil)
		}
	case *boot.TreeWorkingReleaseSleepers:
		return t.next(o.Next, nil)
	case *boot.TreeWorkingGoneSleepers:
		return t.next(o.Next, nil)
	case *boot.TreeWorkingFind:
		t.node, t.why = t.directory(o.Member).lookup(o.Name)
		return t.answer(o.Next)
	case *boot.TreeWorkingList:
		t.list, t.cookie = t.directory(o.Member).list(t.list[:0], o.Cookie, 4096)
		return t.answer(o.Next)
	case *boot.TreeWorkingMakeDir:
		_, t.why = t.create(t.directory(o.Member), o.Name, file.KindDirectory, "")
		return t.answer(o.Next)
	case *boot.TreeWorkingSymlink:
		_, t.why = t.create(t.directory(o.Member), o.Name, file.KindSymlink, o.Target)
		return t.answer(o.Next)
	case *boot.TreeWorkingReadLink:
		if t.node, t.why = t.directory(o.Member).lookup(o.Name); t.why == fine && t.node.kind != file.KindSymlink {
			t.why = errno.ErrnoInval
		}
		return t.answer(o.Next)
	case *boot.TreeWorkingStatClients:
		t.directory(o.Member)
		return t.answer(o.Next)
	case *boot.TreeWorkingSetTimesClients:
		t.setTimes(t.directory(o.Member), o.Atime, o.Mtime)
		return t.answer(o.Next)
	case *boot.TreeWorkingSyncClients:
		t.directory(o.Member)
		return t.answer(o.Next)
	case *boot.TreeWorkingLink:
		t.why = t.link(t.directory(o.Member), o.Name, o.Ino)
		return t.answer(o.Next)
	case *boot.TreeWorkingUnlink:
		t.why = t.unlink(t.directory(o.Member), o.Name, o.Ino)
		return t.answer(o.Next)
	case *boot.TreeWorkingRename:
		t.why = t.rename(t.directory(o.Member), o.Old, o.Name)
		return t.answer(o.Next)
	case *boot.TreeWorkingAdopt:
		t.why = t.adopt(t.directory(o.Member), o.Name, o.Ino)
		return t.answer(o.Next)
	case *boot.TreeWorkingReleaseClients:
		t.why = t.release(t.directory(o.Member), o.Name, o.Ino)
		return t.answer(o.Next)
	case *boot.TreeWorkingRead:
		t.data = t.file(o.Member).read(o.Offset, o.Count)
		return t.answer(o.Next)
	case *boot.TreeWorkingWrite:
		t.why, t.count = t.write(t.file(o.Member), o.Offset, o.Buf), uint32(len(o.Buf))
		return t.answer(o.Next)
	case *boot.TreeWorkingAppend:
		n := t.file(o.Member)
		t.why, t.count = t.write(n, uint64(len(n.data)), o.Buf), uint32(len(o.Buf))
		return t.answer(o.Next)
	case *boot.TreeWorkingTruncate:
		t.why = t.truncate(t.file(o.Member), o.Size)
		return t.answer(o.Next)
	case *boot.TreeWorkingSetTimesOpened:
		t.setTimes(t.file(o.Member), o.Atime, o.Mtime)
		return t.answer(o.Next)
	case *boot.TreeWorkingSyncOpened:
		t.file(o.Member)
		return t.answer(o.Next)
	case *boot.TreeWorkingStatOpened:
		t.file(o.Member)
		return t.answer(o.Next)
	}
	panic("tree: an option that the declaration does not have")
}

// directory is what a client has open, and is asked about now.
func (t *tree) directory(client int) *node {
	t.node, t.why = t.clients[client], fine
	return t.node
}

// file is what a reader has open, and is asked about now.
func (t *tree) file(reader int) *node {
	t.node, t.why = t.opened[reader], fine
	return t.node
}

// answer tells whoever has asked.
func (t *tree) answer(owed boot.TreeAnsweringOrHandling) error {
	switch s := owed.(type) {
	case *boot.TreeAnswering:
		if t.why != fine {
			return t.fail(s)
		}
		return t.tell(s)
	case *boot.TreeHandling:
		if t.why != fine {
			return t.failFile(s)
		}
		return t.tellFile(s)
	}
	panic("tree: a state that the declaration does not have")
}

// get answers with the root.
func (t *tree) get(g *boot.TreeWorkingGet) error {
	o, err := g.Next.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterGetNewDir:
		t.node = t.root
		t.clients = t.enter(t.clients, o.Next.View().Added())
		return t.next(o.Next.SendAnswerOpenedDir())
	case *boot.TreeAfterGetElse:
		return t.next(o.Next.SendAnswerFailed(errno.ErrnoNFile))
	}
	panic("tree: an option that the declaration does not have")
}

// open answers an open with the node, or with why there is none.
func (t *tree) open(s boot.TreeAfterOpen) error {
	switch {
	case t.why != fine:
		wrong, err := s.Wrong()
		if err != nil {
			return err
		}
		return t.next(wrong.SendAnswerFailed(t.why))
	case t.node.kind == file.KindDirectory:
		return t.openDirectory(s)
	}
	return t.openFile(s)
}

func (t *tree) openDirectory(s boot.TreeAfterOpen) error {
	directory, err := s.Directory()
	if err != nil {
		return err
	}
	o, err := directory.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterDirectoryNewDir:
		t.clients = t.enter(t.clients, o.Next.View().Added())
		return t.next(o.Next.SendAnswerOpenedDir())
	case *boot.TreeAfterDirectoryElse:
		return t.next(o.Next.SendAnswerFailed(errno.ErrnoNFile))
	}
	panic("tree: an option that the declaration does not have")
}

func (t *tree) openFile(s boot.TreeAfterOpen) error {
	regular, err := s.File()
	if err != nil {
		return err
	}
	o, err := regular.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterFileNewFile:
		t.opened = t.enter(t.opened, o.Next.View().Added())
		return t.next(o.Next.SendAnswerOpened())
	case *boot.TreeAfterFileElse:
		return t.next(o.Next.SendAnswerFailed(errno.ErrnoNFile))
	}
	panic("tree: an option that the declaration does not have")
}

// enter notes that a member has the node open.
func (t *tree) enter(list []*node, member int) []*node {
	for len(list) <= member {
		list = append(list, nil)
	}
	list[member] = t.node
	t.node.users++
	return list
}

// leave notes that it has not any more.
func (t *tree) leave(list []*node, member int) {
	n := list[member]
	list[member] = nil
	n.users--
	t.drop(n)
}

func (t *tree) tell(s *boot.TreeAnswering) error {
	well, err := s.Well()
	if err != nil {
		return err
	}
	o, err := well.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterWellSentFound:
		return t.next(o.Next.SendClientsFound(t.node.attr.Ino, t.node.kind, t.node.stat()))
	case *boot.TreeAfterWellSentEntries:
		return t.next(o.Next.SendClientsEntries(t.list, t.cookie))
	case *boot.TreeAfterWellSentDone:
		return t.next(o.Next, nil)
	case *boot.TreeAfterWellSentTarget:
		return t.next(o.Next.SendClientsTarget(t.node.target))
	case *boot.TreeAfterWellSentIs:
		return t.next(o.Next.SendClientsIs(t.node.stat()))
	case *boot.TreeAfterWellGone:
		return t.next(o.Next, nil)
	}
	panic("tree: an option that the declaration does not have")
}

func (t *tree) fail(s *boot.TreeAnswering) error {
	wrong, err := s.Wrong()
	if err != nil {
		return err
	}
	o, err := wrong.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterWrong2SentFailed:
		return t.next(o.Next.SendClientsFailed(t.why))
	case *boot.TreeAfterWrong2SentIs:
		return t.next(o.Next.SendClientsIs(t.node.stat()))
	case *boot.TreeAfterWrong2Gone:
		return t.next(o.Next, nil)
	}
	panic("tree: an option that the declaration does not have")
}

func (t *tree) tellFile(s *boot.TreeHandling) error {
	well, err := s.Well()
	if err != nil {
		return err
	}
	o, err := well.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterWell2SentData:
		return t.next(o.Next.SendOpenedData(t.data))
	case *boot.TreeAfterWell2SentWritten:
		return t.next(o.Next.SendOpenedWritten(t.count))
	case *boot.TreeAfterWell2SentDone:
		return t.next(o.Next, nil)
	case *boot.TreeAfterWell2SentIs:
		return t.next(o.Next.SendOpenedIs(t.node.kind, t.node.stat()))
	case *boot.TreeAfterWell2Gone:
		return t.next(o.Next, nil)
	}
	panic("tree: an option that the declaration does not have")
}

func (t *tree) failFile(s *boot.TreeHandling) error {
	wrong, err := s.Wrong()
	if err != nil {
		return err
	}
	o, err := wrong.Choose()
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case *boot.TreeAfterWrong3SentFailed:
		return t.next(o.Next.SendOpenedFailed(t.why))
	case *boot.TreeAfterWrong3SentIs:
		return t.next(o.Next.SendOpenedIs(t.node.kind, t.node.stat()))
	case *boot.TreeAfterWrong3Gone:
		return t.next(o.Next, nil)
	}
	panic("tree: an option that the declaration does not have")
}
