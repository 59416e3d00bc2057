package directory

import (
	"strings"

	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/protocols/cg"
	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
	"github.com/protoc-os/protoc-os/protocols/file"
)

// lookup finds a name, or says why there is none.
func (v *directory) lookup(name string) (*item, error) {
	i := v.names.names[name]
	switch {
	case i == nil && len(name) > dir.NameMost:
		return nil, refusal(errno.ErrnoNameTooLong)
	case i == nil:
		return nil, refusal(errno.ErrnoNoEnt)
	}
	return i, nil
}

// fresh refuses a name that is taken or that no entry may have.
func (v *directory) fresh(name string) error {
	switch {
	case len(name) > dir.NameMost:
		return refusal(errno.ErrnoNameTooLong)
	case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00"):
		return refusal(errno.ErrnoInval)
	case v.names.names[name] != nil:
		return refusal(errno.ErrnoExist)
	}
	return nil
}

// open says what is to be opened; the table does it. A directory is in itself under the name of ".".
func (v *directory) open(name string, how dir.How) error {
	if name == "." {
		switch how {
		case dir.HowCreate:
			return refusal(errno.ErrnoIsDir)
		case dir.HowExclusive:
			return refusal(errno.ErrnoExist)
		}
		v.opened, v.isDir = v.ino, true
		return nil
	}
	i := v.names.names[name]
	if i == nil && (how == dir.HowCreate || how == dir.HowExclusive) {
		ino, err := v.create(name, file.KindRegular, "")
		v.opened, v.isDir = ino, false
		return err
	}
	i, err := v.lookup(name)
	switch {
	case err != nil:
		return err
	case how == dir.HowExclusive:
		return refusal(errno.ErrnoExist)
	case i.Kind == file.KindSymlink:
		return refusal(errno.ErrnoLoop)
	case how == dir.HowDirectory && i.Kind != file.KindDirectory:
		return refusal(errno.ErrnoNotDir)
	case how == dir.HowCreate && i.Kind == file.KindDirectory:
		return refusal(errno.ErrnoIsDir)
	}
	v.opened, v.isDir = i.Ino, i.Kind == file.KindDirectory
	return nil
}

func (v *directory) find(name string) error {
	i, err := v.lookup(name)
	if err != nil {
		return err
	}
	v.found, err = v.load(i.Ino, false)
	return err
}

// create makes an inode with a name. Files lie in the group of their directory, and directories are spread.
func (v *directory) create(name string, kind file.Kind, target string) (ino uint64, err error) {
	if err := v.fresh(name); err != nil {
		return 0, err
	}
	first, groups := v.home, int(v.layout.Groups)
	if kind == file.KindDirectory {
		v.spread = (v.spread + 1) % groups
		first = v.spread
	}
	for i := range groups {
		ino, err = v.make((first+i)%groups, kind, v.ino)
		if err != refusal(errno.ErrnoNoSpc) {
			break
		}
	}
	if err != nil {
		return 0, err
	}
	if kind == file.KindSymlink {
		err = v.putTarget(ino, target)
	}
	if err == nil {
		err = v.add(disk.Entry{Ino: ino, Kind: kind, Name: name})
	}
	if err != nil && refused(err) {
		if undo := v.dispose(ino, false); undo != nil && !refused(undo) {
			return 0, undo
		}
	}
	return ino, err
}

// putTarget writes where a symbolic link leads: into the one block that it has.
func (v *directory) putTarget(ino uint64, target string) error {
	n, err := v.load(ino, false)
	if err != nil {
		return err
	}
	var f disk.File
	if err := f.Load(v, n); err != nil {
		return err
	}
	lba, _, err := f.Grow(v, 0, 1)
	if err != nil {
		return err
	}
	f.Inode.Size = uint64(len(target))
	if _, err := v.save(f.Inode); err != nil {
		return err
	}
	b := make([]byte, disk.BlockSize)
	copy(b, target)
	return v.WriteBlocks(lba, b)
}

func (v *directory) readLink(name string) error {
	i, err := v.lookup(name)
	if err != nil {
		return err
	}
	if i.Kind != file.KindSymlink {
		return refusal(errno.ErrnoInval)
	}
	n, err := v.load(i.Ino, false)
	if err != nil {
		return err
	}
	b, err := v.ReadBlocks(n.Direct[0].Lba, 1)
	if err != nil {
		return err
	}
	v.target = string(b[:min(n.Size, disk.BlockSize)])
	return nil
}

// link gives a further name to a file.
func (v *directory) link(name string, ino uint64) error {
	if err := v.fresh(name); err != nil {
		return err
	}
	n, err := v.load(ino, false)
	if err != nil {
		return err
	}
	if n.Kind == file.KindDirectory {
		return refusal(errno.ErrnoPerm)
	}
	return v.named(n, func() error { return v.add(disk.Entry{Ino: ino, Kind: n.Kind, Name: name}) })
}

// named counts one more name here, and takes that back if the name cannot be given.
func (v *directory) named(n cg.Inode, give func() error) error {
	if _, _, _, err := v.count(cg.ChangeLink, n.Ino, v.ino); err != nil {
		return err
	}
	err := give()
	if err == nil || !refused(err) {
		return err
	}
	for _, c := range []cg.Change{cg.ChangeLink, cg.ChangeUnlink, cg.ChangeUnlink} { // the first gives the parent back
		if _, _, _, undo := v.count(c, n.Ino, n.Parent); undo != nil && !refused(undo) {
			return undo
		}
	}
	return err
}

// unlink takes a name away if it still means ino (0: whatever it means).
func (v *directory) unlink(name string, ino uint64) error {
	i, err := v.lookup(name)
	if err != nil {
		return err
	}
	if ino != 0 && i.Ino != ino {
		return refusal(errno.ErrnoNoEnt)
	}
	_, links, used, err := v.count(cg.ChangeUnlink, i.Ino, 0)
	if err != nil {
		return err
	}
	if err := v.take(i); err != nil {
		return err
	}
	if links == 0 {
		return v.dispose(i.Ino, used)
	}
	return nil
}

// release is the second half of a rename into another directory, where what it means has a name by now.
func (v *directory) release(name string, ino uint64) error {
	i, err := v.lookup(name)
	if err != nil {
		return err
	}
	if i.Ino != ino {
		return refusal(errno.ErrnoNoEnt)
	}
	return v.unlink(name, ino)
}

// adopt is the first half of a rename into this directory.
func (v *directory) adopt(name string, ino uint64) error {
	n, err := v.load(ino, false)
	if err != nil {
		return err
	}
	old := v.names.names[name]
	if old == nil {
		if err := v.fresh(name); err != nil {
			return err
		}
		return v.named(n, func() error { return v.add(disk.Entry{Ino: ino, Kind: n.Kind, Name: name}) })
	}
	return v.named(n, func() error {
		return v.replace(old, n.Kind, func() error {
			old.Ino, old.Kind = ino, n.Kind
			if err := v.put(old.block); err != nil {
				return err
			}
			return v.touched(0)
		})
	})
}

// replace takes what a name means away from it, if something of that kind may replace it, and then gives the name its new meaning.
func (v *directory) replace(old *item, kind file.Kind, give func() error) error {
	was := old.Ino
	switch {
	case old.Kind == file.KindDirectory && kind != file.KindDirectory:
		return refusal(errno.ErrnoIsDir)
	case old.Kind != file.KindDirectory && kind == file.KindDirectory:
		return refusal(errno.ErrnoNotDir)
	}
	_, links, used, err := v.count(cg.ChangeUnlink, was, 0)
	if err != nil {
		return err
	}
	if err := give(); err != nil {
		return err
	}
	if links == 0 {
		return v.dispose(was, used)
	}
	return nil
}

// rename gives what one name means another name, within this directory. What had that name before loses it.
func (v *directory) rename(from, name string) error {
	i, err := v.lookup(from)
	if err != nil {
		return err
	}
	old := v.names.names[name]
	switch {
	case old == nil:
		if err := v.fresh(name); err != nil {
			return err
		}
		if err := v.add(disk.Entry{Ino: i.Ino, Kind: i.Kind, Name: name}); err != nil {
			return err
		}
		return v.take(i)
	case old.Ino == i.Ino: // the same, or two names of one file: nothing happens
		return nil
	}
	return v.replace(old, i.Kind, func() error {
		old.Ino, old.Kind = i.Ino, i.Kind
		if err := v.put(old.block); err != nil {
			return err
		}
		return v.take(i)
	})
}
