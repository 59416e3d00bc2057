package channeltest

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"strconv"
)

// The environment by which protoc-os test speaks to the tests that it runs.
const (
	EnvRuns     = "PROTOC_OS_RUNS"
	EnvSeed     = "PROTOC_OS_SEED"     // 0: another one each time
	EnvFaults   = "PROTOC_OS_FAULTS"   // on or off
	EnvSchedule = "PROTOC_OS_SCHEDULE" // one of the Schedules
	EnvCover    = "PROTOC_OS_COVER"    // folder into which each test writes its coverage
)

// environment completes a Config.
func (c Config) environment() (Config, environment) {
	if c.Runs == 0 {
		c.Runs = 100
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	if v := os.Getenv(EnvRuns); v != "" {
		c.Runs = int(number64(EnvRuns, v))
	}
	if v := os.Getenv(EnvSeed); v != "" {
		if c.Seed = number64(EnvSeed, v); c.Seed == 0 {
			c.Seed = new(maphash.Hash).Sum64() | 1
		}
	}
	if v := os.Getenv(EnvFaults); v != "" {
		c.Faults = v
	}
	if v := os.Getenv(EnvSchedule); v != "" {
		c.Schedule = Schedule(v)
	}
	return c, environment{os.Getenv(EnvCover)}
}

func number64(name, value string) uint64 {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("channeltest: %s=%s is no number", name, value))
	}
	return n
}

type environment struct{ cover string }

// write writes the coverage of a test into the folder that was asked for.
func (e environment) write(c *Coverage) error {
	if e.cover == "" {
		return nil
	}
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(e.cover, "*.json")
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Close()
}

// ReadCoverage reads what tests have written into a folder.
func ReadCoverage(dir string) (list []*Coverage, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		c := new(Coverage)
		if err := json.Unmarshal(text, c); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, c)
	}
	return list, nil
}
