package directory

import (
	"cmp"
	"slices"

	"github.com/protoc-os/protoc-os/kernel/disk"
)

// An item is an entry in memory. Its serial is its cookie: it grows with each entry that comes, so a listing that goes on after changes neither
// repeats an entry nor leaves out one that was there all the time.
type item struct {
	disk.Entry
	serial uint64
	block  int
	gone   bool
}

// entries are the names of a directory, by name and in the order of their cookies, and how full its blocks are.
type entries struct {
	names  map[string]*item
	order  []*item
	gone   int // of those in order
	serial uint64
	used   []int // bytes, by block
	blocks [][]*item
}

func newEntries() *entries { return &entries{names: map[string]*item{}} }

// put adds an entry to a block.
func (n *entries) put(e disk.Entry, block int) *item {
	for len(n.used) <= block {
		n.used, n.blocks = append(n.used, 0), append(n.blocks, nil)
	}
	n.serial++
	i := &item{Entry: e, serial: n.serial, block: block}
	n.names[e.Name] = i
	n.order = append(n.order, i)
	n.blocks[block] = append(n.blocks[block], i)
	n.used[block] += e.Room()
	return i
}

// room is the first block that has room for an entry; it may be one that the directory does not have yet.
func (n *entries) room(e disk.Entry) int {
	for block, used := range n.used {
		if used+e.Room() <= disk.EntriesRoom {
			return block
		}
	}
	return len(n.used)
}

// remove takes an entry out of its block.
func (n *entries) remove(i *item) {
	delete(n.names, i.Name)
	i.gone = true
	n.used[i.block] -= i.Room()
	n.blocks[i.block] = slices.DeleteFunc(n.blocks[i.block], func(other *item) bool { return other == i })
	if n.gone++; n.gone > len(n.order)/2 {
		n.order = slices.DeleteFunc(n.order, func(i *item) bool { return i.gone })
		n.gone = 0
	}
}

// content is what a block holds.
func (n *entries) content(block int) []disk.Entry {
	var content []disk.Entry
	for _, i := range n.blocks[block] {
		content = append(content, i.Entry)
	}
	return content
}

// list appends the entries from a cookie on, as protocols/dir has them, as many as have room in most bytes; and the cookie of the next.
func (n *entries) list(b []byte, cookie uint64, most int) ([]byte, uint64) {
	at, _ := slices.BinarySearchFunc(n.order, cookie, func(i *item, cookie uint64) int { return cmp.Compare(i.serial, cookie) })
	for _, i := range n.order[at:] {
		if i.gone {
			continue
		}
		if len(b)+19+len(i.Name) > most {
			break
		}
		cookie = i.serial + 1
		b = le.AppendUint64(b, cookie)
		b = le.AppendUint64(b, i.Ino)
		b = append(b, byte(i.Kind))
		b = le.AppendUint16(b, uint16(len(i.Name)))
		b = append(b, i.Name...)
	}
	return b, cookie
}
