//go:build unix

package wasi

import (
	"math"
	"syscall"
)

// reserve takes addresses that nobody may use yet; nil: there are none.
func reserve(n uint64) []byte {
	if n == 0 || n > math.MaxInt {
		return nil
	}
	b, err := syscall.Mmap(-1, 0, int(n), syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	return b
}

// use makes memory of addresses. What was there stays, the rest is zero.
func use(b []byte) error { return syscall.Mprotect(b, syscall.PROT_READ|syscall.PROT_WRITE) }

// giveBack gives the addresses back, and the memory that they have become.
func giveBack(b []byte) {
	if err := syscall.Munmap(b); err != nil {
		panic("wasi: addresses that were reserved are not there: " + err.Error())
	}
}
