package session_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/protoc-os/protoc-os/dsl/session"
)

func lockEntry(name, digest string) session.LockEntry {
	return session.LockEntry{
		System: name, Digest: digest, Checker: 3, Properties: []session.Property{"reception", "deadlock", "reception"},
		Params:      []session.ParamValue{{Name: "n", Check: 3, Run: 64}, {Name: "m", Check: -1, Run: 2}},
		Assumptions: []string{"no component\ncrashes"},
	}
}

const lockText = `protoc-os lock 1

system a.A
	digest d2
	checker 3
	property deadlock
	property reception
	param m check -1 run 2
	param n check 3 run 64
	assume no component crashes

system b.B
	digest d1
	checker 3
	property deadlock
	property reception
	param m check -1 run 2
	param n check 3 run 64
	assume no component crashes
`

func TestLockText(t *testing.T) {
	lock := new(session.Lock).With(lockEntry("b.B", "d1")).With(lockEntry("c.C", "d")).With(lockEntry("a.A", "d0")).With(lockEntry("a.A", "d2")).Without("c.C")
	if diff := cmp.Diff(lockText, string(lock.Bytes())); diff != "" {
		t.Error(diff)
	}
	again, err := session.ParseLock([]byte(lockText))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lockText, string(again.Bytes())); diff != "" {
		t.Error(diff)
	}
	if e := again.Entry("a.A"); e == nil || e.Digest != "d2" || again.Entry("c.C") != nil {
		t.Errorf("entries: %v", e)
	}
}

func TestLockFile(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, session.LockFile)
	lock, err := session.ReadLock(root)
	if err != nil {
		t.Fatal(err)
	}
	if wrote, err := session.WriteLock(root, lock); wrote || err != nil {
		t.Errorf("an empty lock: wrote %v, error %v", wrote, err)
	}
	lock = lock.With(lockEntry("a.A", "d"))
	if wrote, err := session.WriteLock(root, lock); !wrote || err != nil {
		t.Errorf("a new lock: wrote %v, error %v", wrote, err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if wrote, err := session.WriteLock(root, lock); wrote || err != nil {
		t.Errorf("the same lock: wrote %v, error %v", wrote, err)
	}
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Errorf("an unchanged lock was touched (%v)", err)
	}
	again, err := session.ReadLock(root)
	if err != nil || string(again.Bytes()) != string(lock.Bytes()) {
		t.Errorf("read back %s, error %v", again.Bytes(), err)
	}
	if err := os.WriteFile(path, []byte("<<<<<<< ours\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := session.ReadLock(root); err == nil || !strings.Contains(err.Error(), "protoc-os.lock:1: not a lock file") {
		t.Errorf("a merge conflict: %v", err)
	}
}

func TestLockRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"protoc-os lock 2\n":                                     "1: not a lock file of version 1",
		"protoc-os lock 1\n\tdigest d\n":                         "2: a line outside of a system",
		"protoc-os lock 1\nsystem a\nsystem a\nsystem a\n":       "3: system a stands here twice",
		"protoc-os lock 1\nsystem a\n\tchecker x\n":              "3: strconv",
		"protoc-os lock 1\nsystem a\n\tparam n check x run 2\n":  "3: param",
		"protoc-os lock 1\nsystem a\n\tsurprise x\n":             `3: unknown key "surprise"`,
		"protoc-os lock 1\nsystem a\n>>>>>>> theirs\nsystem b\n": "3: unknown key",
	} {
		if _, err := session.ParseLock([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s…", text, err, want)
		}
	}
}

// TestLockOrder: the order in which systems are checked leaves no mark.
func TestLockOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfDistinct(rapid.StringMatching(`[a-z]{1,3}(/[a-z]{1,2})?\.[A-Z]`), func(s string) string { return s }).Draw(t, "names")
		one, two := new(session.Lock), new(session.Lock)
		for i := range names {
			one = one.With(lockEntry(names[i], names[i]))
			two = two.With(lockEntry(names[len(names)-1-i], names[len(names)-1-i]))
		}
		if string(one.Bytes()) != string(two.Bytes()) {
			t.Fatalf("%s\n%s", one.Bytes(), two.Bytes())
		}
		again, err := session.ParseLock(one.Bytes())
		if err != nil || string(again.Bytes()) != string(one.Bytes()) {
			t.Fatalf("read back %v", err)
		}
	})
}
