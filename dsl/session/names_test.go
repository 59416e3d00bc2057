package session

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/protoc-os/protoc-os/dsl"
)

func TestTypes(t *testing.T) {
	prog, diags := LoadText(map[string]string{
		"lib/errno.chan": "package errno\nenum Errno { ok, failed }\nconst Most = 2 * Half\nconst Half = 4 % 5\n",
		"p/one.chan": `package p
import e "lib"
import "lib"
type Count range 1..e.Most
type Block bytes max Size
struct Entry { name string max 14 kind Kind count Count where [3]uint64 }
type Entries []Entry max e.Half
type Error errno.Errno
type Flags [4]bool
`,
		"p/two.chan": "package p\nenum Kind { file dir }\nconst Size = 64 * 1024 - 1 + (3 - 3) * -2\ntype Wait duration\n",
	}, "p")
	for _, d := range diags {
		t.Error(d)
	}
	p := prog.Asked[0]
	var got []string
	for _, name := range sortedKeys(p.Types) {
		typ := p.Types[name]
		lo, hi := typ.Bounds()
		line := fmt.Sprintf("%s %s kind %d go %q %d..%d len %d max %d", typ.Name, typ.Decl, typ.Kind, typ.Go, lo, hi, typ.Len, typ.Max)
		for _, f := range typ.Fields {
			line += fmt.Sprintf(" %s:%s", f.Name, f.Type.Name)
		}
		got = append(got, line)
	}
	want := []string{
		`p.Block p.Block kind 0 go "[]byte" 0..0 len 0 max 65535`,
		`p.Count p.Count kind 3 go "" 1..8 len 0 max 0`,
		`p.Entries p.Entries kind 0 go "" 0..0 len 0 max 4`,
		`p.Entry p.Entry kind 8 go "" 0..0 len 0 max 0 name:string max 14 kind:p.Kind count:p.Count where:[3]uint64`,
		`p.Error p.Error kind 2 go "" 0..1 len 0 max 0`,
		`p.Flags p.Flags kind 4 go "" 0..0 len 4 max 0`,
		`p.Kind p.Kind kind 2 go "" 0..1 len 0 max 0`,
		`p.Wait p.Wait kind 0 go "time.Duration" 0..0 len 0 max 0`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestMisspeltNamesAreSuggested(t *testing.T) {
	_, diags := LoadText(map[string]string{
		"errno/errno.chan": "package errno\nenum Errno { ok }\n",
		"p/p.chan":         "package p\nimport \"errno\"\nstruct A { x errno.Erno y erno.Errno z Errno w Aa }\nstruct Ab { v u64 }\n",
	})
	var notes []string
	for _, d := range diags {
		notes = append(notes, strings.Join(d.Notes, "; "))
	}
	want := []string{"did you mean Errno?", "did you mean errno?", "did you mean errno.Errno?", "did you mean A?",
		"types that need no declaration: bool, range a..b, int to int64, uint to uint64, string, bytes max n, duration"}
	if d := cmp.Diff(want, notes); d != "" {
		t.Errorf("%v\n%s", diags, d)
	}
}

// TestConstantsAreExact holds checked arithmetic against big integers.
func TestConstantsAreExact(t *testing.T) {
	const seed = 3
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	p := &Package{Name: "p", names: &scope{decls: map[string]*declared{}}}
	f := &dsl.File{Source: dsl.NewSource("p.chan", nil)}
	edges := []int64{0, 1, 2, 3, 1 << 31, 1<<31 - 1, 1 << 32, 3037000499, 3037000500, 1<<62 - 1, 1 << 62, 1<<63 - 1}
	pick := func() int64 {
		v := edges[r.IntN(len(edges))] + int64(r.IntN(3)) - 1
		if r.IntN(2) == 0 {
			v = -v
		}
		return v
	}
	for range 20000 {
		x, y, op := pick(), pick(), []string{"+", "-", "*", "%"}[r.IntN(4)]
		want := new(big.Int)
		switch op {
		case "+":
			want.Add(big.NewInt(x), big.NewInt(y))
		case "-":
			want.Sub(big.NewInt(x), big.NewInt(y))
		case "*":
			want.Mul(big.NewInt(x), big.NewInt(y))
		case "%":
			if y != 0 {
				want.Rem(big.NewInt(x), big.NewInt(y))
			}
		}
		got, diag := p.ConstOf(f, &dsl.Binary{Op: op, X: &dsl.Number{Value: x}, Y: &dsl.Number{Value: y}}, nil)
		switch {
		case op == "%" && y == 0:
			if diag == nil || diag.Code != dsl.ConstDivision {
				t.Fatalf("%d %% 0: %v", x, diag)
			}
		case !want.IsInt64():
			if diag == nil || diag.Code != dsl.ConstOverflow {
				t.Fatalf("%d %s %d = %v: %d, %v", x, op, y, want, got, diag)
			}
		case diag != nil || got != want.Int64():
			t.Fatalf("%d %s %d = %v: %d, %v", x, op, y, want, got, diag)
		}
	}
}
