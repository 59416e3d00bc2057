package table_test

import (
	"bytes"
	"testing"

	"github.com/protoc-os/protoc-os/protocols/dir"
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
