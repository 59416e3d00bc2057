package channeltest

import (
	"fmt"
	"hash/maphash"
	"os"
	"strconv"

	"github.com/protoc-os/protoc-os/kernel/channel/channeltest/cover"
)

// environment completes a Config.
func (c Config) environment() (full Config, coverDir string) {
	if c.Runs == 0 {
		c.Runs = 100
	}
	if c.Steps == 0 {
		c.Steps = 30
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	if v := os.Getenv(cover.EnvRuns); v != "" {
		c.Runs = int(number64(cover.EnvRuns, v))
	}
	if v := os.Getenv(cover.EnvSeed); v != "" {
		if c.Seed = number64(cover.EnvSeed, v); c.Seed == 0 {
			c.Seed = new(maphash.Hash).Sum64() | 1
		}
	}
	if v := os.Getenv(cover.EnvFaults); v != "" {
		c.Faults = v
	}
	if v := os.Getenv(cover.EnvSchedule); v != "" {
		c.Schedule = Schedule(v)
	}
	return c, os.Getenv(cover.EnvCover)
}

func number64(name, value string) uint64 {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("channeltest: %s=%s is no number", name, value))
	}
	return n
}
