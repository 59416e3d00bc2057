//go:build !unix

package image

import "os"

// lock does nothing where the host has no advisory locks.
func lock(*os.File, bool) error { return nil }
