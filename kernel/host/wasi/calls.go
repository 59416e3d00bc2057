package wasi

import (
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// calls is the program's side of its system calls: each method is one request and its answer. What an answer carries is valid until the next call.
// The program is stopped by a panic of stopped where its process is gone, or the kernel stops.
type calls struct {
	at   channel.Cell[syscall.ProgramRunning]   // between two calls
	left channel.Cell[syscall.ProgramAfterTrap] // where the program is when its process is gone
	err  error
}

// stopped is what a host function panics with where the program cannot go on.
type stopped struct{}

// lost stops a program without a process.
func (c *calls) lost(next syscall.ProgramAfterTrap) {
	c.left.Put(next)
	panic(stopped{})
}

// stop stops a program whose place is being stopped.
func (c *calls) stop(err error) {
	if err != nil {
		c.err = err
		panic(stopped{})
	}
}

func (c *calls) read(fd uint32, count uint32) (buf []byte, failed *errno.Errno) {
	a, err := c.at.Take().Read()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterReadSentRead:
		asked, err := o.Next.SendSysRead(fd, count)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterRead2Data:
			c.at.Put(m.Next)
			return m.Buf, nil
		case *syscall.ProgramAfterRead2Failed:
			c.at.Put(m.Next)
			return nil, &m.Err
		case *syscall.ProgramAfterRead2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterReadGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) readAt(fd uint32, offset uint64, count uint32) (buf []byte, failed *errno.Errno) {
	a, err := c.at.Take().ReadAt()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterReadAtSentReadAt:
		asked, err := o.Next.SendSysReadAt(fd, offset, count)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterReadAt2Data:
			c.at.Put(m.Next)
			return m.Buf, nil
		case *syscall.ProgramAfterReadAt2Failed:
			c.at.Put(m.Next)
			return nil, &m.Err
		case *syscall.ProgramAfterReadAt2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterReadAtGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) write(fd uint32, buf []byte) (count uint32, failed *errno.Errno) {
	a, err := c.at.Take().Write()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterWriteSentWrite:
		asked, err := o.Next.SendSysWrite(fd, buf)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterWrite2Written:
			c.at.Put(m.Next)
			return m.Count, nil
		case *syscall.ProgramAfterWrite2Failed:
			c.at.Put(m.Next)
			return 0, &m.Err
		case *syscall.ProgramAfterWrite2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterWriteGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) writeAt(fd uint32, offset uint64, buf []byte) (count uint32, failed *errno.Errno) {
	a, err := c.at.Take().WriteAt()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterWriteAtSentWriteAt:
		asked, err := o.Next.SendSysWriteAt(fd, offset, buf)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterWriteAt2Written:
			c.at.Put(m.Next)
			return m.Count, nil
		case *syscall.ProgramAfterWriteAt2Failed:
			c.at.Put(m.Next)
			return 0, &m.Err
		case *syscall.ProgramAfterWriteAt2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterWriteAtGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) stat(fd uint32) (kind file.Kind, attr file.Attr, failed *errno.Errno) {
	a, err := c.at.Take().Stat()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterStatSentStat:
		asked, err := o.Next.SendSysStat(fd)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterStat2Is:
			c.at.Put(m.Next)
			return m.Kind, m.Attr, nil
		case *syscall.ProgramAfterStat2Failed:
			c.at.Put(m.Next)
			return 0, file.Attr{}, &m.Err
		case *syscall.ProgramAfterStat2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterStatGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) sync(fd uint32) (failed *errno.Errno) {
	a, err := c.at.Take().Sync()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterSyncSentSync:
		asked, err := o.Next.SendSysSync(fd)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterSync2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterSync2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterSync2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterSyncGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) truncate(fd uint32, size uint64) (failed *errno.Errno) {
	a, err := c.at.Take().Truncate()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterTruncateSentTruncate:
		asked, err := o.Next.SendSysTruncate(fd, size)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterTruncate2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterTruncate2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterTruncate2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterTruncateGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) allocate(fd uint32, size uint64) (failed *errno.Errno) {
	a, err := c.at.Take().Allocate()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterAllocateSentAllocate:
		asked, err := o.Next.SendSysAllocate(fd, size)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterAllocate2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterAllocate2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterAllocate2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterAllocateGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) setTimes(fd uint32, atime uint64, mtime uint64, which uint32) (failed *errno.Errno) {
	a, err := c.at.Take().SetTimes()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterSetTimesSentSetTimes:
		asked, err := o.Next.SendSysSetTimes(fd, atime, mtime, which)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterSetTimes2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterSetTimes2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterSetTimes2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterSetTimesGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) close(fd uint32) (failed *errno.Errno) {
	a, err := c.at.Take().Close()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterCloseSentClose:
		asked, err := o.Next.SendSysClose(fd)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterClose2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterClose2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterClose2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterCloseGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) seek(fd uint32, by int64, whence uint32) (offset uint64, failed *errno.Errno) {
	a, err := c.at.Take().Seek()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterSeekSentSeek:
		asked, err := o.Next.SendSysSeek(fd, by, whence)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterSeek2Position:
			c.at.Put(m.Next)
			return m.Offset, nil
		case *syscall.ProgramAfterSeek2Failed:
			c.at.Put(m.Next)
			return 0, &m.Err
		case *syscall.ProgramAfterSeek2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterSeekGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) describe(fd uint32) (kind file.Kind, flags uint32, rights uint64, inheriting uint64, failed *errno.Errno) {
	a, err := c.at.Take().Describe()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterDescribeSentDescribe:
		asked, err := o.Next.SendSysDescribe(fd)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterDescribe2Described:
			c.at.Put(m.Next)
			return m.Kind, m.Flags, m.Rights, m.Inheriting, nil
		case *syscall.ProgramAfterDescribe2Failed:
			c.at.Put(m.Next)
			return 0, 0, 0, 0, &m.Err
		case *syscall.ProgramAfterDescribe2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterDescribeGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) setFlags(fd uint32, flags uint32) (failed *errno.Errno) {
	a, err := c.at.Take().SetFlags()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterSetFlagsSentSetFlags:
		asked, err := o.Next.SendSysSetFlags(fd, flags)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterSetFlags2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterSetFlags2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterSetFlags2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterSetFlagsGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) setRights(fd uint32, rights uint64, inheriting uint64) (failed *errno.Errno) {
	a, err := c.at.Take().SetRights()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterSetRightsSentSetRights:
		asked, err := o.Next.SendSysSetRights(fd, rights, inheriting)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterSetRights2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterSetRights2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterSetRights2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterSetRightsGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) granted(fd uint32) (buf []byte, failed *errno.Errno) {
	a, err := c.at.Take().Granted()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterGrantedSentGranted:
		asked, err := o.Next.SendSysGranted(fd)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterGranted2Data:
			c.at.Put(m.Next)
			return m.Buf, nil
		case *syscall.ProgramAfterGranted2Failed:
			c.at.Put(m.Next)
			return nil, &m.Err
		case *syscall.ProgramAfterGranted2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterGrantedGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) renumber(fd uint32, to uint32) (failed *errno.Errno) {
	a, err := c.at.Take().Renumber()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterRenumberSentRenumber:
		asked, err := o.Next.SendSysRenumber(fd, to)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterRenumber2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterRenumber2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterRenumber2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterRenumberGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) open(fd uint32, path string, lookup uint32, how uint32, flags uint32, rights uint64) (opened uint32, failed *errno.Errno) {
	a, err := c.at.Take().Open()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterOpenSentOpen:
		asked, err := o.Next.SendSysOpen(fd, path, lookup, how, flags, rights)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterOpen2Opened:
			c.at.Put(m.Next)
			return m.Fd, nil
		case *syscall.ProgramAfterOpen2Failed:
			c.at.Put(m.Next)
			return 0, &m.Err
		case *syscall.ProgramAfterOpen2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterOpenGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) list(fd uint32, cookie uint64, count uint32) (buf []byte, failed *errno.Errno) {
	a, err := c.at.Take().List()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterListSentList:
		asked, err := o.Next.SendSysList(fd, cookie, count)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterList2Data:
			c.at.Put(m.Next)
			return m.Buf, nil
		case *syscall.ProgramAfterList2Failed:
			c.at.Put(m.Next)
			return nil, &m.Err
		case *syscall.ProgramAfterList2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterListGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) find(fd uint32, path string, lookup uint32) (kind file.Kind, attr file.Attr, failed *errno.Errno) {
	a, err := c.at.Take().Find()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterFindSentFind:
		asked, err := o.Next.SendSysFind(fd, path, lookup)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterFind2Is:
			c.at.Put(m.Next)
			return m.Kind, m.Attr, nil
		case *syscall.ProgramAfterFind2Failed:
			c.at.Put(m.Next)
			return 0, file.Attr{}, &m.Err
		case *syscall.ProgramAfterFind2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterFindGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) touch(fd uint32, path string, lookup uint32, atime uint64, mtime uint64, which uint32) (failed *errno.Errno) {
	a, err := c.at.Take().Touch()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterTouchSentTouch:
		asked, err := o.Next.SendSysTouch(fd, path, lookup, atime, mtime, which)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterTouch2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterTouch2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterTouch2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterTouchGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) makeDir(fd uint32, path string) (failed *errno.Errno) {
	a, err := c.at.Take().MakeDir()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterMakeDirSentMakeDir:
		asked, err := o.Next.SendSysMakeDir(fd, path)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterMakeDir2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterMakeDir2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterMakeDir2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterMakeDirGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) removeDir(fd uint32, path string) (failed *errno.Errno) {
	a, err := c.at.Take().RemoveDir()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterRemoveDirSentRemoveDir:
		asked, err := o.Next.SendSysRemoveDir(fd, path)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterRemoveDir2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterRemoveDir2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterRemoveDir2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterRemoveDirGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) unlink(fd uint32, path string) (failed *errno.Errno) {
	a, err := c.at.Take().Unlink()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterUnlinkSentUnlink:
		asked, err := o.Next.SendSysUnlink(fd, path)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterUnlink2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterUnlink2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterUnlink2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterUnlinkGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) symlink(target string, fd uint32, path string) (failed *errno.Errno) {
	a, err := c.at.Take().Symlink()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterSymlinkSentSymlink:
		asked, err := o.Next.SendSysSymlink(target, fd, path)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterSymlink2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterSymlink2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterSymlink2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterSymlinkGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) readLink(fd uint32, path string) (buf []byte, failed *errno.Errno) {
	a, err := c.at.Take().ReadLink()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterReadLinkSentReadLink:
		asked, err := o.Next.SendSysReadLink(fd, path)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterReadLink2Data:
			c.at.Put(m.Next)
			return m.Buf, nil
		case *syscall.ProgramAfterReadLink2Failed:
			c.at.Put(m.Next)
			return nil, &m.Err
		case *syscall.ProgramAfterReadLink2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterReadLinkGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) rename(fd uint32, old string, to uint32, name string) (failed *errno.Errno) {
	a, err := c.at.Take().Rename()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterRenameSentRename:
		asked, err := o.Next.SendSysRename(fd, old, to, name)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterRename2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterRename2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterRename2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterRenameGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) link(fd uint32, old string, lookup uint32, to uint32, name string) (failed *errno.Errno) {
	a, err := c.at.Take().Link()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterLinkSentLink:
		asked, err := o.Next.SendSysLink(fd, old, lookup, to, name)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterLink2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterLink2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterLink2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterLinkGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) now(which clock.Which) (nanoseconds uint64) {
	a, err := c.at.Take().Now()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterNowSentNow:
		asked, err := o.Next.SendSysNow(which)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterNow2Time:
			c.at.Put(m.Next)
			return m.Nanoseconds
		case *syscall.ProgramAfterNow2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterNowGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) resolution(which clock.Which) (nanoseconds uint64) {
	a, err := c.at.Take().Resolution()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterResolutionSentResolution:
		asked, err := o.Next.SendSysResolution(which)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterResolution2Time:
			c.at.Put(m.Next)
			return m.Nanoseconds
		case *syscall.ProgramAfterResolution2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterResolutionGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) random(count uint32) (buf []byte) {
	a, err := c.at.Take().Random()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterRandomSentRandom:
		asked, err := o.Next.SendSysRandom(count)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterRandom2Data:
			c.at.Put(m.Next)
			return m.Buf
		case *syscall.ProgramAfterRandom2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterRandomGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) grow(grains uint32) (failed *errno.Errno) {
	a, err := c.at.Take().Grow()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterGrowSentGrow:
		asked, err := o.Next.SendSysGrow(grains)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterGrow2Done:
			c.at.Put(m.Next)
			return nil
		case *syscall.ProgramAfterGrow2Failed:
			c.at.Put(m.Next)
			return &m.Err
		case *syscall.ProgramAfterGrow2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterGrowGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) poll(subscriptions []byte) (events []byte, failed *errno.Errno) {
	a, err := c.at.Take().Poll()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterPollSentPoll:
		asked, err := o.Next.SendSysPoll(subscriptions)
		c.stop(err)
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterPoll2Woken:
			c.at.Put(m.Next)
			return m.Events, nil
		case *syscall.ProgramAfterPoll2Failed:
			c.at.Put(m.Next)
			return nil, &m.Err
		case *syscall.ProgramAfterPoll2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterPollGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) arguments() (buf []byte) {
	a, err := c.at.Take().Arguments()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterArgumentsSentArguments:
		asked := o.Next
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterArguments2Data:
			c.at.Put(m.Next)
			return m.Buf
		case *syscall.ProgramAfterArguments2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterArgumentsGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}

func (c *calls) environment() (buf []byte) {
	a, err := c.at.Take().Environment()
	c.stop(err)
	o, err := a.Choose()
	c.stop(err)
	switch o := o.(type) {
	case *syscall.ProgramAfterEnvironmentSentEnvironment:
		asked := o.Next
		m, err := asked.Choose()
		c.stop(err)
		switch m := m.(type) {
		case *syscall.ProgramAfterEnvironment2Data:
			c.at.Put(m.Next)
			return m.Buf
		case *syscall.ProgramAfterEnvironment2Gone:
			c.lost(m.Next)
		}
	case *syscall.ProgramAfterEnvironmentGone:
		c.lost(o.Next)
	}
	panic("wasi: an option that the declaration does not have")
}
