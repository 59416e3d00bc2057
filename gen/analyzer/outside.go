package analyzer

import (
	"go/types"
	"slices"
	"strings"
)

// outside are the packages that lead out of a component, with what is below them.
var outside = map[string]string{
	"sync": "a component shares no memory", "unsafe": "a component shares no memory", "os": "only an external component touches the outside",
	"net": "only an external component touches the outside", "syscall": "only an external component touches the outside",
	"C": "only an external component touches the outside", "log": "only an external component touches the outside",
	"crypto/rand": "ask who gives noise by its protocol, so that a run can be repeated",
}

// measures are what is allowed of package time: values that measure it, not what reads the clock or waits.
var measures = map[string]bool{"Duration": true, "Month": true, "Weekday": true, "ParseDuration": true}

// hiddens are the packages whose functions reach what all share, while their types do not.
var hiddens = map[string]string{
	"fmt":          "only an external component touches the outside",
	"iter":         "a component has one thread",
	"runtime":      "a component has one thread",
	"math/rand":    "what all share is random otherwise in each run; ask who gives noise by its protocol",
	"math/rand/v2": "what all share is random otherwise in each run; ask who gives noise by its protocol",
}

// hidden reports whether something is a function that reaches what all share though it does not look like it.
func hidden(obj types.Object) bool {
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Recv() != nil {
		return false
	}
	switch n := f.Name(); f.Pkg().Path() {
	case "fmt":
		return slices.Contains([]string{"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"}, n)
	case "iter":
		return strings.HasPrefix(n, "Pull")
	case "math/rand", "math/rand/v2":
		return !strings.HasPrefix(n, "New")
	case "runtime":
		return true
	}
	return false
}

// measure reports whether something of package time is a value only: a type that measures, its methods, a constant.
func measure(obj types.Object) bool {
	if _, ok := obj.(*types.Const); ok || measures[obj.Name()] {
		return true
	}
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return false
	}
	named, ok := deref(f.Signature().Recv().Type()).(*types.Named)
	return ok && measures[named.Obj().Name()]
}

func waits(name string) bool {
	return strings.HasPrefix(name, "WithTimeout") || strings.HasPrefix(name, "WithDeadline") || name == "AfterFunc"
}
