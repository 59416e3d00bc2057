package tree

import (
	"path"
	"strings"

	"github.com/protoc-os/protoc-os/protocols/file"
)

// Device puts a device at a path, where nothing is yet: a file that read makes the content of, at any offset, and that takes whatever is written to it. It and the
// directories that are made for it are the kernel's own: Walk does not visit them. What read returns is good until the next call. It is for before a kernel boots.
func (s *Files) Device(at string, read func(count uint32) []byte) {
	at = strings.Trim(path.Clean("/"+at), "/")
	d := s.root
	attr := d.attr
	defer func() { s.root.attr = attr }()
	for part := range strings.SplitSeq(path.Dir(at), "/") {
		n, why := d.lookup(part)
		if why != fine {
			if n, why = s.create(d, part, file.KindDirectory, ""); why != fine {
				return
			}
			n.own = true
		}
		if n.kind != file.KindDirectory {
			return
		}
		d = n
	}
	if n, why := s.create(d, path.Base(at), file.KindDevice, ""); why == fine {
		n.device, n.own, n.attr.Mode = read, true, 0o666
	}
}

// Null reads as nothing.
func Null(uint32) []byte { return nil }

// Zero reads as zeros without end.
func Zero(count uint32) []byte { return zeros[:min(int(count), len(zeros))] }

var zeros [file.Most]byte
