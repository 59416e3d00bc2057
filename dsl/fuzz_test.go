package dsl

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sources returns the .chan files below the module root, and the examples of the explanations: what fuzzing starts from.
func sources(t testing.TB) (texts [][]byte) {
	t.Helper()
	for _, pattern := range []string{"../protocols/*/*.chan", "../protocols/broken/*/*.chan"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(files)
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
	}
	for _, e := range Explanations() {
		texts = append(texts, []byte(e.Example))
	}
	return texts
}

func FuzzParse(f *testing.F) {
	for _, text := range sources(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, diagnostics := Parse("f.chan", text)
		checkSpans(t, reflect.ValueOf(file), file.Span)
		lines := map[int]bool{}
		for _, d := range diagnostics {
			if s := d.At.Span; s.Start < 0 || s.End < s.Start || s.End > len(text) {
				t.Errorf("%v: outside of the text", d)
			}
			if line := d.At.Source.Line(d.At.Span.Start); lines[line] {
				t.Errorf("%v: a second one on its line", d)
			} else {
				lines[line] = true
			}
			var b bytes.Buffer
			if err := d.Render(&b, RenderOptions{}); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzFormat(f *testing.F) {
	for _, text := range sources(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkFormat(t, text) })
}

// checkFormat reports whether a source has no errors; then formatting keeps its tree and its comments, and is idempotent.
func checkFormat(t *testing.T, text []byte) bool {
	t.Helper()
	before, wrong := Parse("f.chan", text)
	out, diagnostics := Format(text)
	if len(wrong) != len(diagnostics) {
		t.Fatalf("Parse reports %d diagnostics, Format %d", len(wrong), len(diagnostics))
	}
	if len(wrong) > 0 {
		return false
	}
	after, wrong := Parse("f.chan", out)
	for _, d := range wrong {
		t.Errorf("formatted: %v\n%s", d, out)
	}
	if diff := cmp.Diff(dumpTree(before), dumpTree(after)); diff != "" {
		t.Errorf("formatting changes the tree: %s\n%s", diff, out)
	}
	if diff := cmp.Diff(commentTexts(before), commentTexts(after)); diff != "" {
		t.Errorf("formatting changes the comments: %s\n%s", diff, out)
	}
	if again, _ := Format(out); !bytes.Equal(out, again) {
		t.Errorf("formatting twice is not formatting once: %s\n%s", cmp.Diff(string(out), string(again)), out)
	}
	return true
}

func commentTexts(f *File) (texts []string) {
	for _, c := range f.Comments {
		texts = append(texts, strings.TrimRight(strings.ReplaceAll(c.Text, "\r\n", "\n"), " \t\r"))
	}
	return texts
}

// dumpTree writes a tree without its spans.
func dumpTree(f *File) string {
	var b strings.Builder
	var dump func(v reflect.Value, depth int)
	dump = func(v reflect.Value, depth int) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() {
				b.WriteString("nil\n")
				return
			}
			dump(v.Elem(), depth)
		case reflect.Slice:
			fmt.Fprintf(&b, "%d\n", v.Len())
			for i := range v.Len() {
				b.WriteString(strings.Repeat(" ", depth))
				dump(v.Index(i), depth+1)
			}
		case reflect.Struct:
			fmt.Fprintf(&b, "%s\n", v.Type().Name())
			for i := range v.NumField() {
				switch v.Type().Field(i).Name {
				case "Span", "Source", "Comments", "PathSpan":
				default:
					fmt.Fprintf(&b, "%s%s ", strings.Repeat(" ", depth), v.Type().Field(i).Name)
					dump(v.Field(i), depth+1)
				}
			}
		default:
			fmt.Fprintf(&b, "%v\n", v.Interface())
		}
	}
	dump(reflect.ValueOf(f), 0)
	return b.String()
}

// checkSpans checks that each node covers its parts, and that no part that must be there is nil.
func checkSpans(t *testing.T, v reflect.Value, outer Span) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*Source]() {
			checkSpans(t, v.Elem(), outer)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if e := v.Index(i); e.Kind() == reflect.Pointer && e.IsNil() || e.Kind() == reflect.Interface && e.IsNil() {
				t.Errorf("a nil in a list of %v", v.Type())
			}
			checkSpans(t, v.Index(i), outer)
		}
	case reflect.Struct:
		if s := v.FieldByName("Span"); s.IsValid() {
			span := s.Interface().(Span)
			if span.Start < outer.Start || span.End > outer.End || span.End < span.Start {
				t.Errorf("%v at %v lies outside of %v", v.Type(), span, outer)
			}
			outer = span
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Name != "Span" && f.Name != "PathSpan" {
				checkSpans(t, v.Field(i), outer)
			}
		}
	}
}

func TestFormatKeepsTheProtocolsAsTheyAre(t *testing.T) {
	formatted := 0
	for _, text := range sources(t) {
		if checkFormat(t, text) {
			formatted++
		}
	}
	if formatted < 20 {
		t.Errorf("only %d sources without errors", formatted)
	}
}
