// Package ram is the block device in memory of protocols/block. What comes in is how many sectors it has and what is in them; it has every answer at
// once. A sector that nobody has written costs no memory and reads as zeros.
package ram

import (
	"context"
	"fmt"

	"github.com/protoc-os/protoc-os/protocols/block"
)

// Image is the content of a disk: its sectors by number.
type Image struct {
	sectors uint64
	chunks  [][]byte // of chunkSectors each; nil: all zeros
}

const chunkSectors = 16

// NewImage is an empty disk of so many sectors.
func NewImage(sectors uint64) *Image {
	return &Image{sectors, make([][]byte, (sectors+chunkSectors-1)/chunkSectors)}
}

// ReadBlock and WriteBlock are for those who prepare a disk or look at one; a running component is asked by its channels.
func (d *Image) ReadBlock(lba uint64, b []byte) error {
	if lba >= d.sectors {
		return fmt.Errorf("sector %d of %d", lba, d.sectors)
	}
	d.read(lba, b[:block.SectorSize])
	return nil
}

func (d *Image) WriteBlock(lba uint64, b []byte) error {
	if lba >= d.sectors {
		return fmt.Errorf("sector %d of %d", lba, d.sectors)
	}
	d.write(lba, b[:block.SectorSize])
	return nil
}

// Sectors is how many sectors the disk has.
func (d *Image) Sectors() uint64 { return d.sectors }

func (d *Image) read(lba uint64, b []byte) {
	for len(b) > 0 {
		chunk, at := d.chunks[lba/chunkSectors], lba%chunkSectors*block.SectorSize
		n := min(uint64(len(b)), chunkSectors*block.SectorSize-at)
		if chunk == nil {
			clear(b[:n])
		} else {
			copy(b[:n], chunk[at:])
		}
		b, lba = b[n:], lba+n/block.SectorSize
	}
}

func (d *Image) write(lba uint64, b []byte) {
	for len(b) > 0 {
		chunk := &d.chunks[lba/chunkSectors]
		if *chunk == nil {
			*chunk = make([]byte, chunkSectors*block.SectorSize)
		}
		n := copy((*chunk)[lba%chunkSectors*block.SectorSize:], b)
		b, lba = b[n:], lba+uint64(n)/block.SectorSize
	}
}

// whole are the bytes of n sectors from lba on where they lie, if they lie together.
func (d *Image) whole(lba uint64, n int) []byte {
	chunk, at := d.chunks[lba/chunkSectors], lba%chunkSectors
	if chunk == nil || int(at)+n > chunkSectors {
		return nil
	}
	return chunk[at*block.SectorSize : (int(at)+n)*block.SectorSize]
}

// Disk is the component Ram. What lies outside the image reads as zeros and is not kept: cylinder groups know their bounds.
func Disk(d *Image) block.RamFunc {
	return func(_ context.Context, s block.RamServing) error {
		var buf []byte
		for {
			o, err := s.Choose()
			if err != nil {
				return err
			}
			switch o := o.(type) {
			case *block.RamServingRead:
				n := o.Count
				if o.Lba >= d.sectors || o.Lba+uint64(n) > d.sectors {
					n = 0
				}
				b := []byte(nil)
				if n > 0 {
					if b = d.whole(o.Lba, n); b == nil {
						if buf == nil {
							buf = make([]byte, block.SectorsMost*block.SectorSize)
						}
						b = buf[:n*block.SectorSize]
						d.read(o.Lba, b)
					}
				}
				s, err = o.Next.SendClientsData(b)
			case *block.RamServingWrite:
				if n := uint64(len(o.Buf)) / block.SectorSize; o.Lba < d.sectors && o.Lba+n <= d.sectors {
					d.write(o.Lba, o.Buf)
				}
				s, err = o.Next.SendClientsWritten()
			case *block.RamServingFlush:
				s, err = o.Next.SendClientsFlushed()
			case *block.RamServingAttach:
				s = o.Next
			case *block.RamServingDetach:
				s = o.Next
			case *block.RamServingGone:
				s = o.Next
			}
			if err != nil {
				return err
			}
		}
	}
}
