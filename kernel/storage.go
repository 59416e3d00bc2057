package kernel

import (
	"io/fs"
	"time"

	"github.com/protoc-os/protoc-os/kernel/disk"
)

// groups is how many cylinder groups a disk has: the kernel's system has a component for each.
const groups = 4

// Copy is a tree of files of the host that a new disk has in its directory To.
type Copy struct {
	From fs.FS
	To   string
}

// Disk is a disk to make or to check.
type Disk interface {
	disk.Blocks
	Sectors() uint64
}

// Format makes a file system, with copies in it.
func Format(d Disk, copies ...Copy) (disk.Layout, error) {
	l, err := disk.NewLayout(d.Sectors(), groups)
	if err != nil {
		return l, err
	}
	b, err := disk.NewBuilder(d, l, uint64(time.Now().UnixNano()))
	if err != nil {
		return l, err
	}
	for _, c := range copies {
		if err := b.Copy(c.To, c.From); err != nil {
			return l, err
		}
	}
	return l, b.Settle()
}
