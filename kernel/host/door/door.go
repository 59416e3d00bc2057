// Package door is how another process asks a running kernel: through a socket in a folder that only its user can enter. What comes in is one question,
// what goes out is one answer, each a line of JSON. A kernel that has a door is no slower while nobody asks.
package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// question is what is asked: about everything, or for one component to crash.
type question struct {
	Crash string `json:",omitempty"`
}

type answer struct {
	Components []channel.Status
	Error      string `json:",omitempty"`
}

// patience is how long a kernel may take for an answer.
const patience = 5 * time.Second

// Folder is where the doors of this user are.
func Folder() string {
	if run := os.Getenv("XDG_RUNTIME_DIR"); run != "" {
		return filepath.Join(run, "protoc-os")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("protoc-os-%d", os.Getuid()))
}

// Open makes the door of this process.
func Open(folder string) (net.Listener, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be entered by others", folder)
	}
	path := filepath.Join(folder, fmt.Sprintf("%d.sock", os.Getpid()))
	os.Remove(path) // of a process that had this number before
	return net.Listen("unix", path)
}

// Serve answers questions about a runtime until the listener is closed.
func Serve(l net.Listener, rt *channel.Runtime) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go serve(c, rt)
	}
}

func serve(c net.Conn, rt *channel.Runtime) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	var q question
	if json.NewDecoder(c).Decode(&q) != nil {
		return
	}
	var a answer
	if q.Crash != "" {
		if !rt.Crash(q.Crash) {
			a.Error = fmt.Sprintf("there is no component %s", q.Crash)
		}
	} else {
		ctx, cancel := context.WithTimeout(context.Background(), patience/2)
		defer cancel()
		var err error
		if a.Components, err = rt.Census(ctx); err != nil {
			a.Error = err.Error()
		}
	}
	json.NewEncoder(c).Encode(a)
}

// Kernels are the processes that have a door in a folder. What a process has left behind that is no more is cleared away.
func Kernels(folder string) ([]int, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var pids []int
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".sock")
		pid, bad := strconv.Atoi(name)
		if !ok || bad != nil {
			continue
		}
		c, err := net.DialTimeout("unix", filepath.Join(folder, e.Name()), patience)
		if err != nil {
			os.Remove(filepath.Join(folder, e.Name()))
			continue
		}
		c.Close()
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	return pids, err
}

// Components asks the kernel of a process for all its components.
func Components(folder string, pid int) ([]channel.Status, error) {
	a, err := ask(folder, pid, question{})
	return a.Components, err
}

// Crash makes a component of the kernel of a process crash.
func Crash(folder string, pid int, component string) error {
	_, err := ask(folder, pid, question{Crash: component})
	return err
}

func ask(folder string, pid int, q question) (a answer, err error) {
	c, err := net.DialTimeout("unix", filepath.Join(folder, fmt.Sprintf("%d.sock", pid)), patience)
	if err != nil {
		return a, fmt.Errorf("process %d has no kernel that answers: %w", pid, err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if err := json.NewEncoder(c).Encode(q); err != nil {
		return a, err
	}
	if err := json.NewDecoder(c).Decode(&a); err != nil {
		return a, fmt.Errorf("process %d does not answer: %w", pid, err)
	}
	if a.Error != "" {
		return a, fmt.Errorf("process %d: %s", pid, a.Error)
	}
	return a, nil
}
