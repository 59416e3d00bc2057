package session

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestEnvironmentsConform holds the most general component for an end, and those that it starts, to the protocol itself, for every role of the
// protocols of the case files.
func TestEnvironmentsConform(t *testing.T) {
	files, err := filepath.Glob("testdata/machines/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		prog, problems := LoadText(map[string]string{archive.Files[0].Name: string(archive.Files[0].Data)})
		if prog == nil || failed(problems) {
			continue
		}
		for _, p := range prog.Asked[0].Protocols {
			for role := range p.Roles {
				for _, m := range startable(Environment(p, role)) {
					checked++
					for _, d := range Conform(m) {
						t.Errorf("%s: %s: %v %v\n%s", name, m.Name, d, d.Notes, m)
					}
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d environments", checked)
	}
}

// startable lists a machine and all that it can start.
func startable(m *Machine) []*Machine {
	all := []*Machine{m}
	seen := map[*Machine]bool{m: true}
	for i := 0; i < len(all); i++ {
		for _, s := range all[i].States {
			for _, e := range s.Edges {
				if c := e.Action.Child; c != nil && !seen[c] {
					seen[c] = true
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// TestEnvironmentIsGeneral asks that the environment does every step of its role's local type.
func TestEnvironmentIsGeneral(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/machines/outside.txtar")
	if err != nil {
		t.Fatal(err)
	}
	prog, _ := LoadText(map[string]string{archive.Files[0].Name: string(archive.Files[0].Data)})
	for _, p := range prog.Asked[0].Protocols {
		for role, local := range p.Locals {
			m := Environment(p, role)
			sent, received := map[int]bool{}, map[int]bool{}
			for _, s := range m.States {
				for _, e := range s.Edges {
					switch e.Action.Kind {
					case SendMsg:
						sent[e.Action.Label] = true
					case ReceiveMsg:
						received[e.Action.Label] = true
					}
				}
			}
			for _, s := range local.States {
				for _, e := range s.Edges {
					if e.Send && !sent[e.Label] || !e.Send && !received[e.Label] {
						t.Errorf("%s never has %s", m.Name, p.Labels[e.Label].Name)
					}
				}
			}
		}
	}
}
