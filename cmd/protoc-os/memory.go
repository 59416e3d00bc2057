package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// machineMemory is the memory that a check may use if nobody says how much: most of what the machine, or the group of processes that this one runs in, has left.
// 0: nobody knows.
func machineMemory() int64 { return memoryLeft("/proc/meminfo", "/sys/fs/cgroup") / 10 * 8 }

// memoryLeft reads Linux's figures.
func memoryLeft(meminfo, cgroup string) int64 {
	left := int64(0)
	text, _ := os.ReadFile(meminfo)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "MemAvailable:" {
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			left = kb << 10
		}
	}
	most, err1 := number(filepath.Join(cgroup, "memory.max")) // "max" is no number
	used, err2 := number(filepath.Join(cgroup, "memory.current"))
	if err1 == nil && err2 == nil && (left == 0 || most-used < left) {
		left = max(most-used, 1)
	}
	return left
}

func number(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}
