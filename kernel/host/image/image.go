// Package image is a disk in a file of the host: the hardware of protocols/block. Each slot of its queue waits for the host by itself, so commands end in
// whatever order the host ends them. A file is a disk of whole sectors, from its beginning on.
package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/protoc-os/protoc-os/protocols/block"
)

// Storage is what a disk needs of a file.
type Storage interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
	Close() error
}

// Image is a disk. It may be read and written from several goroutines at once.
type Image struct {
	file    Storage
	sectors uint64
	lost    atomic.Bool // a flush has failed: what it was to store may be lost, and no later flush can say otherwise
}

// New is the disk of so many sectors in a file.
func New(file Storage, sectors uint64) *Image { return &Image{file: file, sectors: sectors} }

// Create makes a file that is an empty disk. What is there already is not touched.
func Create(name string, sectors uint64) (*Image, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there already; remove it first", name)
	}
	if err == nil {
		if err = f.Truncate(int64(sectors * block.SectorSize)); err != nil {
			err = errors.Join(err, f.Close(), os.Remove(name))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("making a disk: %w", err)
	}
	return New(f, sectors), nil
}

// Open opens the disk in a file, for this process alone. One that is only looked at may be read-only.
func Open(name string, write bool) (*Image, error) {
	flags := os.O_RDONLY
	if write {
		flags = os.O_RDWR
	}
	f, err := os.OpenFile(name, flags, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s is no regular file", name)
	default:
		err = lock(f, write)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return New(f, uint64(info.Size())/block.SectorSize), nil
}

// Sectors is how many sectors the disk has.
func (m *Image) Sectors() uint64 { return m.sectors }

// Close lets go of the file.
func (m *Image) Close() error { return m.file.Close() }

// ReadBlock and WriteBlock are for those who prepare a disk or look at one that no kernel runs on.
func (m *Image) ReadBlock(lba uint64, b []byte) error { return m.read(lba, b[:block.SectorSize]) }

func (m *Image) WriteBlock(lba uint64, b []byte) error { return m.write(lba, b[:block.SectorSize]) }

// Flush returns when all that was written before is in the file for good.
func (m *Image) Flush() error {
	if err := m.file.Sync(); err != nil {
		m.lost.Store(true)
		return err
	}
	if m.lost.Load() {
		return errors.New("an earlier flush has failed: what was written before it may be lost")
	}
	return nil
}

func (m *Image) read(lba uint64, b []byte) error {
	if err := m.within(lba, len(b)); err != nil {
		return err
	}
	n, err := m.file.ReadAt(b, int64(lba*block.SectorSize))
	if n == len(b) {
		return nil // io.ReaderAt may say io.EOF at the end of the file
	}
	return fmt.Errorf("sector %d: %d bytes of %d: %w", lba, n, len(b), err)
}

func (m *Image) write(lba uint64, b []byte) error {
	if err := m.within(lba, len(b)); err != nil {
		return err
	}
	if _, err := m.file.WriteAt(b, int64(lba*block.SectorSize)); err != nil {
		return fmt.Errorf("sector %d: %w", lba, err)
	}
	return nil
}

func (m *Image) within(lba uint64, n int) error {
	if count := uint64(n) / block.SectorSize; lba >= m.sectors || count > m.sectors-lba {
		return fmt.Errorf("%d sectors from %d on, of a disk of %d", count, lba, m.sectors)
	}
	return nil
}

// Device is the component: one slot of the queue.
func (m *Image) Device(int) block.DeviceFunc {
	return func(_ context.Context, s block.DeviceStart) error {
		buf := make([]byte, block.SectorsMost*block.SectorSize)
		for {
			o, err := s.ReceiveSlot()
			if err != nil {
				return err
			}
			var data []byte
			var failed error
			switch o.Op {
			case block.OpIn:
				data = buf[:o.Count*block.SectorSize]
				failed = m.read(o.Lba, data)
			case block.OpOut:
				failed = m.write(o.Lba, o.Buf)
			case block.OpBarrier:
				failed = m.Flush()
			}
			if failed != nil {
				data = nil
			}
			if s, err = o.Next.SendSlotInterrupt(failed == nil, data); err != nil {
				return err
			}
		}
	}
}
