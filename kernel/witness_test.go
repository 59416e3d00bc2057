package kernel_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/host/door"
	"github.com/protoc-os/protoc-os/kernel/tree"
)

// room is how many bytes a world has for files.
const room = 160 << 10

// world is a kernel on which bad programs run beside a witness, the last of its programs: whenever a line is typed, that one asks for a little of everything, and
// says whether all of it was right.
type world struct {
	t       *testing.T
	folder  string // of its door
	typist  io.WriteCloser
	said    *said // of all programs
	bad     int
	lost    int // places for programs: one that is made to crash takes its place along
	rounds  int
	ended   chan error
	codes   []uint32
	files   *tree.Files
	record  *channel.Trace
	threads int // goroutines before it was there
}

// said is what programs have said so far.
type said struct {
	mu   sync.Mutex
	news sync.Cond
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news.Broadcast()
	return s.text.Write(b)
}

// await waits until it contains one of the texts, and returns which.
func (s *said) await(texts ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for _, text := range texts {
			if bytes.Contains(s.text.Bytes(), []byte(text)) {
				return text
			}
		}
		s.news.Wait()
	}
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// begin boots a kernel with bad programs, in this order, and the witness.
func begin(t *testing.T, bad ...kernel.Command) *world {
	t.Helper()
	return beginWith(t, nil, bad...)
}

// beginWith is begin with modules that are no files.
func beginWith(t *testing.T, modules map[string][]byte, bad ...kernel.Command) *world {
	t.Helper()
	w := &world{t: t, folder: t.TempDir(), said: new(said), bad: len(bad), ended: make(chan error, 1)}
	w.said.news.L = &w.said.mu
	commands := append(bad, kernel.Command{Module: build(t, "testdata/witness"), Args: []string{"witness"}})
	if err := os.Chmod(w.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	listener, err := door.Open(w.folder)
	if err != nil {
		t.Fatal(err)
	}
	in, typist := io.Pipe()
	config, record := configured(t, in, w.said)
	config.Stderr, config.Engine.Errors, config.Door = w.said, w.said, listener
	for name, text := range modules {
		config.Engine.Provide(name, text)
	}
	w.typist, w.record, w.files = typist, record, tree.New(room, func() uint64 { return 42 })
	w.threads = runtime.NumGoroutine()
	go func() {
		defer listener.Close()
		codes, err := kernel.RunOn(context.Background(), config, w.files, commands)
		w.codes = codes
		w.ended <- err
	}()
	return w
}

// served lets the witness do its work once, and reports whether there was room for its files.
func (w *world) served() (fits bool) {
	w.t.Helper()
	w.rounds++
	fmt.Fprintf(w.typist, "%d\n", w.rounds)
	well, full := fmt.Sprintf("witness %d: <nil>\n", w.rounds), fmt.Sprintf("witness %d: the disk is full\n", w.rounds)
	said := w.said.await(well, full, fmt.Sprintf("witness %d: ", w.rounds))
	if said != well && said != full {
		w.t.Errorf("of round %d: %.1000s", w.rounds, w.said)
	}
	return said == well
}

// census asks for all components, and lets them go on before.
func (w *world) census() []channel.Status {
	runtime.Gosched()
	list, err := door.Components(w.folder, os.Getpid())
	if err != nil {
		w.t.Error(err)
	}
	return list
}

// process is the process of a program, if there is one.
func process(list []channel.Status, job int) *channel.Status {
	for i := range list {
		if list[i].Name == fmt.Sprintf("process-%d", job) {
			return &list[i]
		}
	}
	return nil
}

// kill makes a bad program crash as soon as its process is in a state. The state of one that goes on and on does not matter.
func (w *world) kill(job int, state string) {
	w.t.Helper()
	for {
		list := w.census()
		p := process(list, job)
		if p == nil && strings.Contains(w.said.String(), "bad has done all\n") {
			w.t.Fatalf("it has ended: %.1000s", w.said)
		}
		if w.t.Failed() || p != nil && p.Steps > 50 && (state == "" || p.State == state) {
			break
		}
	}
	if err := door.Crash(w.folder, os.Getpid(), fmt.Sprintf("program[%d]", job)); err != nil {
		w.t.Error(err)
	}
	w.lost++
}

// waiting is the state of a process whose program waits.
const waiting = "chooses in AfterWait"

// left is what a kernel looks like that has nothing to do, as its witness waits for what is typed: each component, where it is, and how many ends it holds.
func (w *world) left() string {
	for {
		var b strings.Builder
		list := w.census()
		witness := process(list, w.bad)
		rests := witness != nil && witness.State == waiting
		for _, s := range list {
			rests = rests && s.Queued == 0 && s.State != "ready" && s.State != "starting"
			name, _, _ := strings.Cut(s.Name, "-")
			if s.State == "outside" {
				continue
			}
			if name == "init" {
				s.Ends += w.lost
			}
			fmt.Fprintf(&b, "%s %s, %d ends\n", name, s.State, s.Ends)
		}
		if rests || w.t.Failed() {
			return b.String()
		}
	}
}

// looks is how often a kernel at rest is looked at before what is left there counts as left for ever: a program's own goroutine is not looked into.
const looks = 3000

// still is a kernel on which only a witness runs.
type still struct {
	census string
	room   uint64 // that nobody has, when it has ended
}

// same waits until all bad programs have ended, and lets the witness end. The kernel is then as one on which they have never run: each component is where it is
// there and holds as many ends, no goroutine is left, all room is there again, and no event has happened that the model does not have.
func (w *world) same(as still) {
	w.t.Helper()
	for busy := true; busy && !w.t.Failed(); {
		busy = slices.ContainsFunc(w.census(), func(s channel.Status) bool {
			return strings.HasPrefix(s.Name, "process-") && s.Name != fmt.Sprintf("process-%d", w.bad)
		})
	}
	fmt.Fprintln(w.typist, "clear")
	w.said.await("witness clear: <nil>\n")
	if !w.served() {
		w.t.Error("the disk is full for ever")
	}
	left := ""
	for range looks {
		if left = w.left(); left == as.census {
			break
		}
	}
	if left != as.census {
		w.t.Errorf("what is left is\n%s\nand should be\n%s", left, as.census)
	}
	w.end()
	if got := w.files.Room(); got != as.room {
		w.t.Errorf("%d bytes are left for files, not %d", got, as.room)
	}
}

// end lets the witness end, and with it the kernel.
func (w *world) end() {
	w.t.Helper()
	w.typist.Close()
	if err := <-w.ended; err != nil {
		w.t.Errorf("the kernel says %v", err)
	}
	if code := w.codes[w.bad]; code != 0 {
		w.t.Errorf("the witness has ended with %d", code)
	}
	// What ends by itself takes as long as it takes: go test ends a test that waits for ever.
	for runtime.NumGoroutine() > w.threads {
		runtime.Gosched()
	}
	judged(w.t, w.record.Trace())
}

// untouched is a kernel on which nothing but a witness has ever run, as it is found many times in a row: the last answer to a program may still be on its way.
func untouched(t *testing.T) (s still) {
	w := begin(t)
	w.served()
	for same := 0; same < looks/30 && !t.Failed(); same++ {
		if left := w.left(); left != s.census {
			s.census, same = left, 0
		}
	}
	w.end()
	s.room = w.files.Room()
	return s
}
