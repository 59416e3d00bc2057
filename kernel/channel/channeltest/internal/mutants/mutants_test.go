package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const root = "../../../../.."

// most is how many steps a script may have when it was made short.
const most = 12

// outcome is what the program of the mutants says of one.
type outcome struct {
	Name, Verdict, Message string
	Run, Steps             int
	Again, Mended          string // the saved trace, with the fault and without
}

var only = flag.String("only", "", "plant the faults of this subject")

var all = flag.Bool("all", false, "plant all faults; else one of sixteen, since each is a program to compile")

// planted are the faults of this run.
func planted() (list []Mutant) {
	for i, m := range All {
		if m.Subject == *only || *only == "" && (*all || i%16 == 0) {
			list = append(list, m)
		}
	}
	return list
}

// TestMutants: every fault is found within 100 runs of the default settings,
// its script has at most 12 steps, and its saved trace fails with the fault
// and passes without.
func TestMutants(t *testing.T) {
	if len(All) < 30 {
		t.Fatalf("%d faults are too few", len(All))
	}
	list := planted()
	dir := t.TempDir()
	write := func(path, text string) {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, requires, _ := strings.Cut(string(mod), "\nrequire")
	write("go.mod", "module mutants\n\ngo 1.26.0\n\nrequire github.com/protoc-os/protoc-os v0.0.0\n\nreplace github.com/protoc-os/protoc-os => "+abs+"\n\nrequire"+requires)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", string(sum))
	var main, rows strings.Builder
	main.WriteString("package main\n\n")
	for _, s := range Subjects {
		if !slices.ContainsFunc(list, func(m Mutant) bool { return m.Subject == s.Name }) {
			continue
		}
		copySubject(t, write, s, "right/"+s.Name, nil)
		fmt.Fprintf(&main, "import right_%s %q\n", s.Name, "mutants/right/"+s.Name+"/subject")
	}
	for i, m := range list {
		name := fmt.Sprintf("m%02d", i)
		for _, s := range Subjects {
			if s.Name == m.Subject {
				copySubject(t, write, s, name, &list[i])
			}
		}
		fmt.Fprintf(&main, "import %s %q\n", name, "mutants/"+name+"/subject")
		fmt.Fprintf(&rows, "\t{%q, %s.Start, right_%s.Start},\n", m.Name, name, m.Subject)
	}
	write("main.go", program)
	write("all.go", main.String()+"\nvar all = []pair{\n"+rows.String()+"}\n")
	build := exec.Command("go", "build", "-mod=mod", "-trimpath", "-o", "mutants")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the mutants do not build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // a fault that never gives the core back
	defer cancel()
	run := exec.CommandContext(ctx, filepath.Join(dir, "mutants"))
	run.Dir = dir
	run.Env = append(os.Environ(), "PROTOC_OS_RUNS=", "PROTOC_OS_SEED=", "PROTOC_OS_COVER=", "PROTOC_OS_SCHEDULE=", "PROTOC_OS_FAULTS=")
	var complaints bytes.Buffer
	run.Stderr = &complaints
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.Bytes())
	}
	found := 0
	for line := range strings.Lines(string(out)) {
		var o outcome
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		t.Logf("%-50s %-10s run %3d, %2d steps: %s", o.Name, o.Verdict, o.Run, o.Steps, strings.ReplaceAll(o.Message, "\n", " "))
		switch {
		case o.Verdict == "":
			t.Errorf("%s: not found", o.Name)
		case o.Steps > most:
			t.Errorf("%s: %d steps", o.Name, o.Steps)
		case o.Again != "fails" || o.Mended != "passes":
			t.Errorf("%s: its trace %s with the fault and %s without", o.Name, o.Again, o.Mended)
		default:
			found++
		}
	}
	if found != len(list) {
		t.Errorf("%d of %d faults are found, made short, and mended", found, len(list))
	}
}

// copySubject copies the folders of a subject, with a fault or without.
func copySubject(t *testing.T, write func(path, text string), s Subject, to string, m *Mutant) {
	t.Helper()
	planted := m == nil
	for folder, name := range s.Folders {
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", folder, err)
		}
		for _, path := range files {
			base := filepath.Base(path)
			if strings.HasSuffix(base, "_test.go") && (base != "property_test.go" || name != "server" && name != "subject") {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := string(data)
			into := name
			if base == "property_test.go" {
				into = "subject"
			}
			file := into + "/" + strings.Replace(base, "_test.go", ".go", 1)
			if m != nil && m.File == file {
				text = replaceNth(t, m, text)
				planted = true
			}
			if into == "subject" {
				for old, new := range s.Rename {
					text = strings.Replace(text, old, new, 1)
				}
			}
			for old, folder := range s.Imports {
				text = strings.ReplaceAll(text, fmt.Sprintf("%q", old), fmt.Sprintf("%q", "mutants/"+to+"/"+folder))
			}
			write(to+"/"+file, text)
		}
	}
	if !planted {
		t.Errorf("%s: there is no file %s", m.Name, m.File)
	}
}

func replaceNth(t *testing.T, m *Mutant, text string) string {
	at := 0
	for n := 0; ; n++ {
		i := strings.Index(text[at:], m.Old)
		if i < 0 {
			t.Fatalf("%s: %s does not contain %q", m.Name, m.File, m.Old)
		}
		if at += i; n == m.Nth {
			return text[:at] + m.New + text[at+len(m.Old):]
		}
		at += len(m.Old)
	}
}

// program runs each mutant as channeltest does by default, saves its trace,
// and replays it with the fault and without.
const program = `package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	"github.com/protoc-os/protoc-os/traces"
)

type pair struct {
	name          string
	wrong, right func(*channeltest.World)
}

func main() {
	testing.Init() // rapid asks for its flags
	flag.Parse()
	out := json.NewEncoder(os.Stdout)
	for _, p := range all {
		row := map[string]any{"Name": p.name}
		if f := (channeltest.Config{}).Run(p.name, p.wrong).Failure; f != nil {
			path := filepath.Join("saved", p.name+".jsonl")
			if err := traces.WriteFile(path, f.Trace); err != nil {
				panic(err)
			}
			saved, err := traces.ReadFile(path)
			if err != nil {
				panic(err)
			}
			again, _ := channeltest.Replay(saved, p.wrong)
			mended, _ := channeltest.Replay(saved, p.right)
			row["Verdict"], row["Message"], row["Run"], row["Steps"] = f.Verdict, f.Message, f.Run, f.Steps
			row["Again"], row["Mended"] = again, mended
		}
		if err := out.Encode(row); err != nil {
			panic(err)
		}
	}
}

`
