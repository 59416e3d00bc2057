package table_test

import (
	"bytes"
	"testing"

	"github.com/protoc-os/protoc-os/protocols/dir"
	"github.com/protoc-os/protoc-os/protocols/errno"
)

// The whole path, once: a file is made, written, read, found again after a restart, and taken away.
func TestPath(t *testing.T) {
	for _, cores := range []int{1, 2} {
		image, layout := format(t, 512, 2)
		w := boot(t, image, layout, cores, 8)
		root := w.root()
		_, h, why := root.open("hello", dir.HowExclusive)
		if h == nil {
			t.Fatal(why)
		}
		text := bytes.Repeat([]byte("what is written is read. "), 1000)
		if n, why := h.write(0, text); int(n) != len(text) || why != fine {
			t.Fatal(n, why)
		}
		if got, why := h.read(0, 65536); !bytes.Equal(got, text) || why != fine {
			t.Fatal(len(got), why)
		}
		h.close()
		root.close()
		if err := w.halt(); err != nil {
			t.Log(err)
		}
		w.check()

		w = boot(t, image, layout, cores, 8)
		root = w.root()
		if _, h, why = root.open("hello", dir.HowExisting); h == nil {
			t.Fatal(why)
		}
		if got, why := h.read(0, 65536); !bytes.Equal(got, text) || why != fine {
			t.Fatal(len(got), why)
		}
		h.close()
		root.close()
		w.halt()
		w.check()
	}
}

// A disk that is full says so, keeps what was written, and has room again when a file goes: at once, or if it is open still, with the next that goes
// after it was closed.
func TestFull(t *testing.T) {
	image, layout := format(t, 64, 1)
	w := boot(t, image, layout, 1, 4)
	root := w.root()
	fill := func(name string) (h *handle, blocks int) {
		_, h, why := root.open(name, dir.HowExclusive)
		if h == nil {
			t.Fatal(why)
		}
		for {
			n, why := h.write(uint64(blocks)*4096, make([]byte, 4096))
			if why == errno.ErrnoNoSpc {
				return h, blocks
			}
			if why != fine || n != 4096 {
				t.Fatal(n, why)
			}
			blocks++
		}
	}
	h, first := fill("a")
	if first == 0 {
		t.Fatal("an empty disk is full")
	}
	if got, why := h.read(0, 4096); len(got) != 4096 || why != fine {
		t.Fatal(len(got), why)
	}
	h.close()
	if why := root.unlink("a"); why != fine {
		t.Fatal(why)
	}
	h, again := fill("b")
	if again != first {
		t.Errorf("%d blocks, then %d", first, again)
	}
	if why := root.unlink("b"); why != fine {
		t.Fatal(why)
	}
	if got, why := h.read(0, 4096); len(got) != 4096 || why != fine {
		t.Fatal(len(got), why)
	}
	h.close()
	if h, blocks := fill("c"); blocks != 0 {
		t.Errorf("%d blocks, while the file without a name has all", blocks)
	} else {
		h.close()
	}
	if why := root.unlink("c"); why != fine {
		t.Fatal(why)
	}
	h, again = fill("d")
	if again != first {
		t.Errorf("%d blocks, then %d", first, again)
	}
	h.close()
	root.close()
	w.halt()
	w.check()
}

// A directory is in itself under the name of ".": what is opened so is the same directory, and stays open when the first is closed.
func TestSelf(t *testing.T) {
	image, layout := format(t, 512, 2)
	w := boot(t, image, layout, 1, 8)
	root := w.root()
	if why := root.makeDir("d"); why != fine {
		t.Fatal(why)
	}
	d, _, why := root.open("d", dir.HowDirectory)
	if d == nil {
		t.Fatal(why)
	}
	same, _, why := d.open(".", dir.HowExisting)
	if same == nil {
		t.Fatal(why)
	}
	d.close()
	if why := same.makeDir("below"); why != fine {
		t.Error(why)
	}
	if _, _, why := same.open(".", dir.HowCreate); why != errno.ErrnoIsDir {
		t.Error(why)
	}
	if _, _, why := same.open(".", dir.HowExclusive); why != errno.ErrnoExist {
		t.Error(why)
	}
	below, _, why := root.open("d", dir.HowDirectory)
	if below == nil || len(below.list()) != 1 {
		t.Error(why)
	}
	below.close()
	same.close()
	root.close()
	w.halt()
	w.check()
}
