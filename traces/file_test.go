package traces_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/protoc-os/protoc-os/traces"
)

// sample is a trace with every part in use.
func sample() *traces.Trace {
	return &traces.Trace{
		Version: traces.Version, System: "fs.Files", Digest: "ab12", Params: []string{"n=1"},
		Property: "deadlock", Code: "PO2001", Message: "no component can move",
		Instances: []string{"app", "fs"}, Cycle: 2,
		Events: []traces.Event{
			{Step: 1, Kind: traces.Send, Instance: "app", Peer: "fs", Channel: "app.sys", Protocol: "fs.Sys", Role: "client", PeerRole: "server",
				Label: "Open", Args: []string{"_", "<3>"}, At: "fs/fs.chan:14:3", Queue: 1},
			{Step: 2, Kind: traces.Decide, Instance: "fs", Case: "cached", At: "fs/fs.chan:20:3", Option: 1},
		},
		Final: &traces.State{
			Components: []traces.ComponentState{{Instance: "app", Status: "waiting", At: "fs/fs.chan:15:3", Waits: []string{"Done|Fail from fs"}, For: []string{"fs"}}},
			Queues:     []traces.QueueState{{Channel: "app.sys", From: "app", To: "fs", Capacity: 1, Messages: []string{"Open(_, 3)"}}},
			Cycle:      []string{"app", "fs", "app"},
		},
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "t.jsonl")
	if err := traces.WriteFile(path, sample()); err != nil {
		t.Fatal(err)
	}
	got, err := traces.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error("(-written +read)\n" + diff)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n != 4 || !bytes.Contains(text, []byte(`"<3>"`)) {
		t.Errorf("not four readable lines:\n%s", text)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".trace-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWriteRefuses(t *testing.T) {
	bad := sample()
	bad.Events[1].Step = 7
	var b bytes.Buffer
	if err := traces.Write(&b, bad); err == nil || b.Len() > 0 {
		t.Errorf("wrote %q with error %v", b.String(), err)
	}
}

func TestReadRefuses(t *testing.T) {
	const head = `{"version":1,"system":"s.S","instances":["a","b"]}` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "empty"},
		{"not JSON", "hello\n", "line 1: not a trace file"},
		{"JSON of something else", `{"name":"x"}` + "\n", "line 1: not a trace file"},
		{"another version", `{"version":2,"system":"s.S","instances":[]}` + "\n", "version 2 of the trace format; this protoc-os reads version 1"},
		{"no system", `{"version":1,"instances":[]}` + "\n", "names no system"},
		{"unknown key", `{"version":1,"system":"s.S","instances":[],"extra":1}` + "\n", `unknown field "extra"`},
		{"lifeline twice", `{"version":1,"system":"s.S","instances":["a","a"]}` + "\n", "listed twice"},
		{"empty line", head + "\n", "line 2: an empty line"},
		{"cut off", head + `{"step":1,"kind":"send","inst`, "line 2: unexpected EOF"},
		{"two values", head + `{"step":1,"kind":"crash","instance":"a"} {}` + "\n", "more than one value"},
		{"not UTF-8", head + "{\"step\":1,\"kind\":\"crash\",\"instance\":\"\xff\"}\n", "line 2: not UTF-8"},
		{"unknown kind", head + `{"step":1,"kind":"jump","instance":"a"}` + "\n", `step 1: unknown kind "jump"`},
		{"no lifeline", head + `{"step":1,"kind":"crash","instance":"c"}` + "\n", `instance "c" has no lifeline`},
		{"no peer's lifeline", head + `{"step":1,"kind":"gone","instance":"a","peer":"c"}` + "\n", `peer "c" has no lifeline`},
		{"steps with a hole", head + `{"step":2,"kind":"crash","instance":"a"}` + "\n", "event 1 has step 2"},
		{"no label", head + `{"step":1,"kind":"send","instance":"a"}` + "\n", "has no label"},
		{"alone", head + `{"step":1,"kind":"exchange","instance":"a","label":"M"}` + "\n", "without another that receives"},
		{"below nothing", head + `{"step":1,"kind":"receive","instance":"a","label":"M","queue":-1}` + "\n", "-1 messages"},
		{"cycle after the end", `{"version":1,"system":"s.S","instances":[],"cycle":1}` + "\n", "the cycle starts at step 1 of 0"},
		{"after the final state", head + `{"final":{"components":[],"queues":[]}}` + "\n" + `{"step":1,"kind":"crash","instance":"a"}` + "\n", "nothing may follow"},
		{"no final state", head + `{"final":null}` + "\n", "final state is null"},
		{"a stranger at the end", head + `{"final":{"components":[{"instance":"z","status":"waiting"}],"queues":[]}}` + "\n", `"z" has no lifeline`},
		{"a line without end", head + strings.Repeat(" ", 5<<20), "line 2: longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := traces.Read(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestReadFails(t *testing.T) {
	if _, err := traces.ReadFile(filepath.Join(t.TempDir(), "none.jsonl")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestRoundTrip: what is written is read back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := sample()
		want.Message = rapid.String().Draw(t, "message")
		want.Events = nil
		for i := range rapid.IntRange(2, 6).Draw(t, "events") {
			want.Events = append(want.Events, traces.Event{
				Step:     i + 1,
				Kind:     rapid.SampledFrom([]traces.Kind{traces.Send, traces.Receive, traces.Decide, traces.End, traces.Crash}).Draw(t, "kind"),
				Instance: rapid.SampledFrom(want.Instances).Draw(t, "instance"),
				Peer:     rapid.SampledFrom([]string{"", "app", "fs"}).Draw(t, "peer"),
				Label:    "L" + rapid.String().Draw(t, "label"),
				Args:     rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "args"),
				Option:   rapid.IntRange(-1, 3).Draw(t, "option"),
			})
		}
		var b bytes.Buffer
		if err := traces.Write(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := traces.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzRead: whatever is read is valid and has one spelling.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := traces.Write(&b, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"version":1,"system":"s.S","instances":["a"]}` + "\n" + `{"step":1,"kind":"end","instance":"a","args":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := traces.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := traces.Write(&once, first); err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := traces.Read(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("written but not read: %v\n%s", err, once.Bytes())
		}
		if err := traces.Write(&twice, again); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatalf("two spellings:\n%s\n%s", once.Bytes(), twice.Bytes())
		}
	})
}
