//go:build !unix

package wasi

func reserve(uint64) []byte { return nil }

func use([]byte) error { panic("wasi: nothing was reserved") }

func giveBack([]byte) { panic("wasi: nothing was reserved") }
