package judge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/traces"
)

// File judges a trace against the system that it names, as it is declared in a folder of the module that the working directory is in
// ("protocols/clock"): for tests. The system has the parameters of the trace, and run values where it gives none.
func File(folder string, t *traces.Trace) error {
	sys, err := System(folder, t)
	if err != nil {
		return err
	}
	return Run(sys, t)
}

// System puts the system together that File judges a trace against; for many runs of one.
func System(folder string, t *traces.Trace) (*session.System, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	prog, diags, err := session.Load(session.Config{Dir: root}, []string{"./" + folder})
	if err != nil {
		return nil, err
	}
	for _, p := range prog.Asked {
		for _, decl := range p.Systems {
			if decl.QName() == t.System {
				return Elaborate(decl, t)
			}
		}
	}
	if len(diags) > 0 {
		return nil, errors.New(diags[0].Message)
	}
	return nil, fmt.Errorf("no system %s in %s", t.System, folder)
}

// Elaborate puts a system together with the parameters of a recording of it. The error says what does not fit.
func Elaborate(decl *session.SystemDecl, t *traces.Trace) (*session.System, error) {
	if t.Digest != "" && t.Digest != decl.Digest() {
		return nil, fmt.Errorf("%s has changed since the trace was made", decl.QName())
	}
	options := session.ElaborateOptions{Run: t.Recorded, Params: map[string]int64{}}
	for _, p := range t.Params {
		name, text, _ := strings.Cut(p, "=")
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("parameter %q of the trace: want name=number", p)
		}
		options.Params[name] = n
	}
	sys, diags := session.Elaborate(decl, options)
	if sys == nil {
		return nil, errors.New(diags[0].Message)
	}
	for p := range sys.Capacity {
		for _, row := range sys.Capacity[p] {
			if slices.Contains(row, session.AskCapacity) {
				return nil, fmt.Errorf("the capacity of %s is asked for (`capacity ?`) and has no value", sys.Protocols[p].QName())
			}
		}
	}
	return sys, nil
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", errors.New("no go.mod here or above")
		}
		dir = above
	}
}
