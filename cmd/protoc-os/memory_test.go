package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryLeft(t *testing.T) {
	for _, c := range []struct {
		meminfo, most, used string
		want                int64
	}{
		{"MemTotal: 9 kB\nMemAvailable:   2048 kB\n", "", "", 2 << 20},
		{"MemAvailable: 2048 kB\n", "max\n", "5\n", 2 << 20},
		{"MemAvailable: 2048 kB\n", "1005\n", "5\n", 1000},
		{"MemAvailable: 2048 kB\n", "9999999999\n", "5\n", 2 << 20},
		{"", "1005\n", "2000\n", 1},
		{"", "", "", 0},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"meminfo": c.meminfo, "memory.max": c.most, "memory.current": c.used} {
			if text != "" {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := memoryLeft(filepath.Join(dir, "meminfo"), dir); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}
