package channel

import (
	"fmt"
	"strings"
)

// UnverifiedError is why a system does not boot.
type UnverifiedError struct{ System, Reason string }

func (e *UnverifiedError) Error() string {
	return fmt.Sprintf("%s does not boot: %s: run protoc-os check, and protoc-os gen", e.System, e.Reason)
}

// Verified asks the content of a protoc-os.lock whether a system was
// verified as it is, which its digest says.
func Verified(lock []byte, system, digest string) error {
	inside := false
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
			return &UnverifiedError{system, "protoc-os.lock holds another digest than the code was generated for"}
		}
	}
	return &UnverifiedError{system, "protoc-os.lock does not show it as verified"}
}

// Indexed is the name of instance i of an array.
func Indexed(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }
