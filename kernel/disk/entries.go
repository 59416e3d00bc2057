package disk

import (
	"fmt"

	"github.com/protoc-os/protoc-os/protocols/file"
)

// An Entry is a name in a directory.
type Entry struct {
	Ino  uint64
	Kind file.Kind
	Name string
}

const (
	dirHead   = 16
	entryHead = 10
	// EntriesRoom is how many bytes of entries a block of a directory has room for.
	EntriesRoom = BlockSize - dirHead
)

// Room is how many bytes an entry takes.
func (e Entry) Room() int { return entryHead + len(e.Name) }

// PutEntries writes a block of a directory into b. The entries fit: their room is at most EntriesRoom.
func PutEntries(b []byte, ino uint64, entries []Entry) {
	clear(b[:BlockSize])
	le.PutUint32(b, dirMagic)
	le.PutUint64(b[8:], ino)
	at := dirHead
	for _, e := range entries {
		le.PutUint64(b[at:], e.Ino)
		b[at+8], b[at+9] = byte(e.Kind), byte(len(e.Name))
		at += entryHead + copy(b[at+entryHead:], e.Name)
	}
	le.PutUint32(b[4:], Checksum(b[8:BlockSize]))
}

// GetEntries reads a block of the directory ino.
func GetEntries(b []byte, ino uint64) ([]Entry, error) {
	if le.Uint32(b) != dirMagic || le.Uint32(b[4:]) != Checksum(b[8:BlockSize]) || le.Uint64(b[8:]) != ino {
		return nil, fmt.Errorf("directory %d: the checksum of a block does not hold: %w", ino, ErrDamaged)
	}
	var entries []Entry
	for at := dirHead; at+entryHead <= BlockSize; {
		e := Entry{Ino: le.Uint64(b[at:]), Kind: file.Kind(b[at+8])}
		n := int(b[at+9])
		if e.Ino == 0 {
			break
		}
		if n == 0 || at+entryHead+n > BlockSize {
			return entries, fmt.Errorf("directory %d: an entry of %d bytes: %w", ino, n, ErrDamaged)
		}
		e.Name = string(b[at+entryHead : at+entryHead+n])
		entries = append(entries, e)
		at += e.Room()
	}
	return entries, nil
}
