// Package protocos holds protoc-os.lock, which says what was verified: a kernel that is booted from an installed command looks there.
package protocos

import _ "embed"

// Lock is the content of protoc-os.lock.
//
//go:embed protoc-os.lock
var Lock []byte
