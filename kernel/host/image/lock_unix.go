//go:build unix

package image

import (
	"fmt"
	"os"
	"syscall"
)

// lock makes sure that nobody writes a disk while another uses it. It lasts until the file is closed.
func lock(f *os.File, write bool) error {
	how := syscall.LOCK_SH
	if write {
		how = syscall.LOCK_EX
	}
	if err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s is used by another process: %w", f.Name(), err)
	}
	return nil
}
