package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"

	"github.com/protoc-os/protoc-os/dsl/session"
	"github.com/protoc-os/protoc-os/viz"
)

// TestSamePictures draws every protocol, system and component's machine here in two processes, in two forms each, and expects the same bytes: maps have
// another order in each. It also looks at each drawing for a terminal: none is wider than 80 columns.
func TestSamePictures(t *testing.T) {
	const asked = "PROTOC_OS_PICTURES"
	if os.Getenv(asked) != "" {
		fmt.Print(pictures(t))
		return
	}
	c := exec.Command(os.Args[0], "-test.run=^TestSamePictures$")
	c.Env = append(os.Environ(), asked+"=1")
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	here := pictures(t)
	if err := c.Wait(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), complaints.String())
	}
	there := map[string]bool{}
	for _, line := range strings.Split(out.String(), "\n") {
		there[line] = true
	}
	lines := strings.Split(strings.TrimSpace(here), "\n")
	if len(lines) < 500 {
		t.Fatalf("%d pictures", len(lines))
	}
	for _, line := range lines {
		if !there[line] {
			t.Errorf("differs between two processes: %s", line)
		}
	}
}

// pictures draws all there is, and returns a line with the hash of each.
func pictures(t *testing.T) string {
	t.Chdir(moduleRoot)
	prog, diags, err := session.Load(session.Config{}, []string{"./protocols/..."})
	if err != nil {
		t.Fatal(err)
	}
	g := &gallery{app: &app{}, ctx: context.Background(), flags: new(graphFlags), sources: judgeSources(prog, diags, nil)}
	var all strings.Builder
	for _, view := range []string{"protocol", "role", "system", "component"} {
		for _, s := range g.subjects(view) {
			drawn, err := s.draw()
			if err != nil {
				continue // a component of a broken package has none
			}
			var text, svg bytes.Buffer
			if err := viz.WriteText(&text, drawn, viz.TextOptions{}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(text.String()) {
				if line = strings.TrimRight(line, "\n"); runewidth.StringWidth(line) > 80 {
					t.Errorf("%s %s on a terminal: %d columns: %s", view, s.name, runewidth.StringWidth(line), line)
				}
			}
			if view == "component" && drawn.Large() {
				drawn = drawn.Folded()
			}
			if err := viz.WriteSVG(&svg, viz.Arrange(drawn)); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s %s text %x\n%s %s svg %x\n", view, s.name, sha256.Sum256(text.Bytes()), view, s.name, sha256.Sum256(svg.Bytes()))
		}
	}
	return all.String()
}
