// Poller asks poll_oneoff for a time that has come and for what is typed, at once: both are answered.
package main

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

//go:wasmimport wasi_snapshot_preview1 poll_oneoff
func poll(in, out unsafe.Pointer, n uint32, events unsafe.Pointer) uint32

func main() {
	in, out := make([]byte, 2*48), make([]byte, 2*32)
	binary.LittleEndian.PutUint64(in, 7)
	binary.LittleEndian.PutUint32(in[16:], 1)   // the monotonic clock
	binary.LittleEndian.PutUint64(in[24:], 2e7) // 20 ms from now
	binary.LittleEndian.PutUint64(in[48:], 8)
	in[48+8] = 2 // a write to standard output would not wait
	binary.LittleEndian.PutUint32(in[48+16:], 1)
	var events uint32
	failed := poll(unsafe.Pointer(&in[0]), unsafe.Pointer(&out[0]), 2, unsafe.Pointer(&events))
	fmt.Println(failed, events, binary.LittleEndian.Uint64(out))
	// The time alone.
	failed = poll(unsafe.Pointer(&in[0]), unsafe.Pointer(&out[0]), 1, unsafe.Pointer(&events))
	fmt.Println(failed, events, binary.LittleEndian.Uint64(out))
	// A time that has come, and the output: both may be told, one is.
	binary.LittleEndian.PutUint64(in[24:], 0)
	failed = poll(unsafe.Pointer(&in[0]), unsafe.Pointer(&out[0]), 2, unsafe.Pointer(&events))
	fmt.Println(failed, events >= 1)
	// Standard output and standard error, which both are ready.
	copy(in, in[48:])
	binary.LittleEndian.PutUint32(in[16:], 2)
	failed = poll(unsafe.Pointer(&in[0]), unsafe.Pointer(&out[0]), 2, unsafe.Pointer(&events))
	fmt.Println(failed, events)
}
