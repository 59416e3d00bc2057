package channel

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// UnverifiedError is why a system does not boot.
type UnverifiedError struct {
	System string
	File   string // the assembly, with its folder
	Reason string
}

func (e *UnverifiedError) Error() string {
	return fmt.Sprintf("%s does not boot: %s: run protoc-os check, and protoc-os gen", e.System, e.Reason)
}

// Verified asks the content of a protoc-os.lock whether a system was
// verified as it is, which its digest says. The assembly calls it.
func Verified(lock []byte, system, digest string) error {
	file, inside := caller(), false
	for line := range strings.Lines(string(lock)) {
		line = strings.TrimSuffix(line, "\n")
		name, isSystem := strings.CutPrefix(line, "system ")
		locked, isDigest := strings.CutPrefix(line, "\tdigest ")
		switch {
		case isSystem:
			inside = name == system
		case isDigest && inside && locked == digest:
			return nil
		case isDigest && inside:
			return &UnverifiedError{system, file, "protoc-os.lock holds another digest than " + file + " was generated for"}
		}
	}
	return &UnverifiedError{system, file, "protoc-os.lock does not show the system of " + file + " as verified"}
}

// Unverified lets a system that was not verified boot under a controlled
// scheduler only: to follow a counterexample. Its assembly calls it.
func Unverified(rt *Runtime, system string) error {
	if rt.control == nil {
		return fmt.Errorf("%s does not boot: it is not verified, and only a controlled scheduler may run it", system)
	}
	return nil
}

// caller names the file that has called Verified, with its folder.
func caller() string {
	_, file, _, _ := runtime.Caller(2)
	return filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
}

// Indexed is the name of instance i of an array.
func Indexed(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }
