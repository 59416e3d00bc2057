package dsl

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected texts of testdata/format")

// TestFormat holds each source of testdata/format against its layout, which follows it.
func TestFormat(t *testing.T) {
	files, err := filepath.Glob("testdata/format/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(archive.Files); i += 2 {
			in, want := archive.Files[i], &archive.Files[i+1]
			t.Run(filepath.Base(name)+"/"+in.Name, func(t *testing.T) {
				out, diagnostics := Format(in.Data)
				if len(diagnostics) > 0 {
					t.Fatal(diagnostics[0])
				}
				checkFormat(t, in.Data)
				if *update {
					want.Data = out
				} else if diff := cmp.Diff(string(want.Data), string(out)); diff != "" {
					t.Error(diff)
				}
			})
		}
		if *update {
			if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestFormatOfLineEndsAndMarks(t *testing.T) {
	const want = "package p\n\n// one\nconst n = 1 /* two\n three */\n"
	for _, text := range []string{
		"\ufeffpackage p\n// one\nconst n = 1 /* two\n three */",
		"package p\r\n\r\n\r\n// one  \r\nconst n=1/* two\r\n three */\r\n\r\n",
	} {
		out, diagnostics := Format([]byte(text))
		if len(diagnostics) > 0 || string(out) != want {
			t.Errorf("%q becomes %q, %v", text, out, diagnostics)
		}
	}
}

func TestFormatRefusesErrors(t *testing.T) {
	if out, diagnostics := Format([]byte("package p\nconst n =")); out != nil || len(diagnostics) != 1 {
		t.Errorf("%q, %v", out, diagnostics)
	}
}
