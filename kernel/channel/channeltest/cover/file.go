package cover

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// The environment by which protoc-os test speaks to the tests that it runs.
const (
	EnvRuns     = "PROTOC_OS_RUNS"
	EnvSeed     = "PROTOC_OS_SEED"     // 0: another one each time
	EnvFaults   = "PROTOC_OS_FAULTS"   // on or off
	EnvSchedule = "PROTOC_OS_SCHEDULE" // one of the Schedules
	EnvCover    = "PROTOC_OS_COVER"    // folder into which each test writes its coverage
)

// Write writes the coverage of one test into a folder.
func (c *Coverage) Write(dir string) error {
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "*.json")
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Close()
}

// Read reads what tests have written into a folder.
func Read(dir string) (list []*Coverage, err error) {
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
