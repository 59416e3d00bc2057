// Package confined has components that do what a component may not.
package confined

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/protocols/clock"
)

var (
	counter  int
	shown    = [...]int{4}
	table    = [...]int{1, 2, 3}
	names    = []string{"a", "b"}
	lock     sync.Mutex
	errEmpty = errors.New("empty")
)

func relay(ctx context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
	go helper()         // want `a goroutine in a component`
	c := make(chan int) // want `a channel of Go in a component`
	c <- 1              // want `a channel of Go in a component`
	<-c                 // want `a channel of Go in a component`
	for range c {       // want `a channel of Go in a component`
	}
	close(c) // want `a channel of Go in a component`
	select { // want `a select in a component`
	case <-ctx.Done(): // want `a channel of Go in a component`
	default:
	}
	var mu sync.Mutex                       // want `sync.Mutex in a component: a component shares no memory`
	mu.Lock()                               // want `sync.Lock in a component`
	_ = unsafe.Sizeof(mu)                   // want `unsafe.Sizeof in a component`
	if _, err := os.Open("x"); err != nil { // want `os.Open in a component: only an external component touches the outside`
		return parts.RelayEnd{}, err
	}
	_ = time.Now()                             // want `time.Now in a component: it reads the clock or waits`
	time.Sleep(time.Second)                    // want `time.Sleep in a component`
	ctx, cancel := context.WithTimeout(ctx, 1) // want `context.WithTimeout in a component`
	cancel()
	counter++      // want `a component writes package variable counter`
	names[0] = "c" // want `a component writes package variable names`
	use(names)     // want `a component reads package variable names, which is assigned after the start`
	p := &shown    // want `a component takes the address of package variable shown`
	_ = p
	lock.Lock() // want `sync.Lock in a component` `a component calls Lock of package variable lock`
	return parts.RelayEnd{}, indirect()
}

func use([]string) {}

// helper is a component's because it calls it.
func helper() {
	counter = 2 // want `a component writes package variable counter`
}

type worker struct{ n int }

func (w *worker) body() parts.RelayFunc {
	return func(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
		w.log()
		return parts.RelayEnd{}, errEmpty
	}
}

func (w *worker) log() {
	fmt.Fprintln(os.Stderr, w.n) // want `os.Stderr in a component`
}

func indirect() error {
	if table[1] > len(names) && counter > 0 { // want `a component reads package variable counter, which is assigned after the start`
		return errEmpty
	}
	for range table {
	}
	var d time.Duration = 3 * time.Second
	_ = d.Seconds()
	return nil
}

var background = func() {
	go helper2() // want `a goroutine in a component`
}

type helping interface{ help(n int) }

type first struct{}
type second struct{}
type third struct{} // has help, too, and is no helping

func (first) help(int) {
	go helper2() // want `a goroutine in a component`
}

func (*second) help(int) {
	counter = 3 // want `a component writes package variable counter`
}

func (third) help() {
	go helper2()
}

func each[T any](list []T, f func(T)) {
	for _, v := range list {
		go f(v) // want `a goroutine in a component`
	}
}

// hidden reaches the outside, another thread and what all share without a package that says so.
func hidden(_ context.Context, s parts.RelayRelaying) (parts.RelayEnd, error) {
	background()
	var h helping = first{}
	h.help(1)
	each(names[:1], func(string) {}) // want `a component reads package variable names`
	fmt.Println("hello")             // want `fmt.Println in a component: only an external component touches the outside`
	log.Print("hello")               // want `log.Print in a component: only an external component touches the outside`
	_ = rand.Int()                   // want `rand.Int in a component: what all share is random otherwise in each run`
	_ = rand.New(rand.NewSource(1)).Int()
	runtime.Gosched()                                // want `runtime.Gosched in a component: a component has one thread`
	next, stop := iter.Pull(func(func(int) bool) {}) // want `iter.Pull in a component`
	next()
	defer stop()
	return parts.RelayEnd{}, fmt.Errorf("no %d", 1)
}

// timer is a component that its declaration calls external: it may.
func timer(_ context.Context, s clock.TimerStart) error {
	time.Sleep(time.Millisecond)
	go helper2()
	return errEmpty
}

func helper2() {}

// role is one end of a session in an ordinary program: it may.
func role(_ context.Context, s parts.SignalFromRest) (parts.SignalFromEnd, error) {
	time.Sleep(time.Millisecond)
	return s.Stop()
}

// main is not a component's.
func main() {
	go helper2()
	counter = 1
	fmt.Println(os.Args)
	_ = []any{relay, hidden, timer, role}
}
