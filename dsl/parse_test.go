package dsl

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// TestErrors holds the diagnostics of testdata/parse against its marks: /* ERROR "pattern" */ stands before the offending token.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/parse/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar")+"/"+f.Name, func(t *testing.T) { checkMarks(t, f.Name, f.Data) })
		}
	}
}

var errorMark = regexp.MustCompile(`^/\* ERROR "(.*)" \*/$`)

func checkMarks(t *testing.T, name string, text []byte) {
	_, diagnostics := Parse(name, text)
	tokens, comments := scan(NewSource(name, text), func(Code, Span, string, ...any) {})
	for _, c := range comments {
		m := errorMark.FindStringSubmatch(c.Text)
		if m == nil {
			continue
		}
		next := c.End + len(text[c.End:]) - len(bytes.TrimLeft(text[c.End:], " \t\n")) // where no token starts: ; and open comments
		at := next
		for _, t := range tokens {
			if t.Start >= c.End {
				at = t.Start
				break
			}
		}
		found := false
		for i, d := range diagnostics {
			if (d.At.Span.Start == at || d.At.Span.Start == next) && regexp.MustCompile(m[1]).MatchString(string(d.Code)+" "+d.Message) {
				diagnostics = append(diagnostics[:i:i], diagnostics[i+1:]...)
				found = true
				break
			}
		}
		if !found {
			t.Errorf("no diagnostic %q at %s", m[1], Position{NewSource(name, text), Span{at, at}})
		}
	}
	for _, d := range diagnostics {
		var b strings.Builder
		_ = d.Render(&b, RenderOptions{})
		t.Errorf("not expected:\n%s", b.String())
	}
}

// brief writes a part of a tree in one line: (Kind part part), names and numbers as they are, - for what is not there.
func brief(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "-"
		}
		return brief(v.Elem())
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = brief(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if n := v.Type().Field(i).Name; n != "Span" && n != "PathSpan" {
				parts = append(parts, brief(v.Field(i)))
			}
		}
		switch kind := v.Type().Name(); kind {
		case "Ident", "Name", "Number":
			return parts[0]
		case "QName":
			return strings.TrimPrefix(parts[0]+"."+parts[1], "-.")
		default:
			return strings.TrimSuffix("("+kind+" "+strings.Join(parts, " "), " ") + ")"
		}
	}
	return fmt.Sprint(v.Interface())
}

func TestTree(t *testing.T) {
	for _, test := range []struct{ where, text, want string }{
		{"file", `const n = 0x10 - 2 * -3 % 4`, `(Const n (Binary - 16 (Binary % (Binary * 2 (Unary - 3)) 4)))`},
		{"file", `enum E { a, b c at, end_ }`, `(Enum E [a b c at end_])`},
		{"file", `struct S { max string max 3 at uint64, set bytes max n of E }`, `(Struct S [(Field max (NamedType string 3)) (Field at (NamedType uint64 -)) (Field set (NamedType bytes n)) (Field of (NamedType E -))])`},
		{"file", `type T [2]range 0..n-1`, `(TypeDecl T (ArrayType 2 (RangeType 0 (Binary - n 1))))`},
		{"file", `type T []p.Q max 4`, `(TypeDecl T (SliceType (NamedType p.Q -) 4))`},
		{"file", `expect PO0203`, `(Expect PO0203)`},
		{"field", `set[4] of {a P.r, b q.P.r at {x, y}}`, `(SetType 4 (TupleType [(Field a (EndType P r [])) (Field b (EndType q.P r [x y]))]))`},
		{"field", `lower.role at rest`, `(EndType lower role [rest])`},
		{"field", `lower.role`, `(EndType lower role [])`},
		{"field", `lower.Upper`, `(NamedType lower.Upper -)`},
		{"field", `imported.role`, `(NamedType imported.role -)`},
		{"field", `handle`, `(NamedType handle -)`},
		{"step", `a -> b: M(x int, y E)`, `(Interaction a b M [(Field x (NamedType int -)) (Field y (NamedType E -))])`},
		{"step", `loop rest { continue  a -> b: M() }`, `(Repeat true - (Steps [(Jump continue -) (Interaction a b M [])]))`},
		{"step", `loop rest rest { break rest at p: goto p end }`, `(Repeat true rest (Steps [(Jump break rest) (Point p) (Jump goto p) (Jump end -)]))`},
		{"step", `par { end } and { end } and { do q.P(and, at) }`, `(Par [(Steps [(Jump end -)]) (Steps [(Jump end -)]) (Steps [(Do q.P [and at])])])`},
		{"step", `choose a { option a -> b: M() end option a -> c: N() }`, `(Branch a [(BranchOption (Interaction a b M []) (Steps [(Jump end -)])) (BranchOption (Interaction a c N []) (Steps []))])`},
		{"stmt", `M(x, _, f[i]) <- c[i at {p, q}].role`, `(Receive M [x (Wild) (Index f i [])] (Select (Index c i [p q]) role))`},
		{"stmt", `c.role <- M(a + 1, s[i], Errno.Io)`, `(Send (Select c role) M [(Binary + a 1) (Index s i []) (Select Errno Io)])`},
		{"stmt", `f(a)`, `(CallStmt (Call f [a]))`},
		{"stmt", `files add f.client as i`, `(Add files (Select f client) i)`},
		{"stmt", `add add {add, b[1]}`, `(Add add (Tuple [add (Index b 1 [])]) -)`},
		{"stmt", `add <- add()`, `(Send add add [])`},
		{"stmt", `at = at + 1`, `(Assign at (Binary + at 1))`},
		{"stmt", `x[i] = y == z && !w`, `(Assign (Index x i []) (Binary && (Binary == y z) (Unary ! w)))`},
		{"stmt", `at waiting:`, `(Label waiting)`},
		{"stmt", `new q.P as as`, `(New q.P as)`},
		{"stmt", `start C(a.client, 3) as h[i]`, `(Start C [(Select a client) 3] (Index h i []))`},
		{"stmt", `if call(a) == ok { end } else if x { return ok } else { break }`, `(If (Binary == (Call call [a]) ok) (Block [(Leave end -)]) (Block [(If x (Block [(Leave return ok)]) (Block [(Leave break -)]))]))`},
		{"stmt", `loop { return x y <- M() return M() <- c return break outer continue at x: }`, `(Loop - - (Block [(Leave return x) (Send y M []) (Leave return -) (Receive M [] c) (Leave return -) (Leave break outer) (Leave continue -) (Label x)]))`},
		{"stmt", `loop upto upto n {}`, `(Loop upto n (Block []))`},
		{"stmt", `loop upto 3 {}`, `(Loop - 3 (Block []))`},
		{"stmt", `loop upto {}`, `(Loop upto - (Block []))`},
		{"stmt", `for i in s at {p, q} {}`, `(For i s [p q] - - (Block []))`},
		{"stmt", `for i in 0..n-1 {}`, `(For i - [] 0 (Binary - n 1) (Block []))`},
		{"stmt", `switch f(x) { case a, E.b: end else: break }`, `(Switch (Call f [x]) [(SwitchCase [a (Select E b)] (Block [(Leave end -)]))] (Block [(Leave break -)]))`},
		{"stmt", `on gone c { end } in { x = 1 }`, `(OnGone c (Block [(Leave end -)]) (Block [(Assign x 1)]))`},
		{"stmt", `decide i in s at p { end }`, `(Pick i s [p] (Block [(Leave end -)]))`},
		{"stmt", `decide fair(3) { case a when x < 3: case b: end }`, `(Decide true 3 [(DecideCase a (Binary < x 3) (Block [])) (DecideCase b - (Block [(Leave end -)]))])`},
		{"stmt", `choose priority { option when full(s) || count(s at p) > 1: gone <- c: end option timeout rescues: option else: }`,
			`(Choose true [(Option (Binary || (Call full [s]) (Binary > (Call count [(At s [p])]) 1)) (Gone c) (Block [(Leave end -)])) (Option - (Timeout true) (Block [])) (Option - (Otherwise) (Block []))])`},
		{"stmt", `choose { option when(x) <- c: option when (x): new P as p: option gone(x) <- c: option timeout <- M(): }`,
			`(Choose false [(Option - (Receive when [x] c) (Block [])) (Option x (New P p) (Block [])) (Option - (Receive gone [x] c) (Block [])) (Option - (Send timeout M []) (Block []))])`},
		{"stmt", `assert a < -b`, `(Assert (Binary < a (Unary - b)))`},
		{"item", `param n check 3 run 64`, `(Param n 3 64)`},
		{"item", `app [n]q.App(size = n, b = true)`, `(Instance false app n q.App [(NamedArg size n) (NamedArg b true)])`},
		{"item", `use fs files.Files(n = 2)`, `(Instance true fs - files.Files [(NamedArg n 2)])`},
		{"item", `connect P(a = x[i].out, b = y.in[i+1]) for i in 0..n-1 for j in app`, `(Connect P [(NamedArg a (Select (Index x i []) out)) (NamedArg b (Index (Select y in) (Binary + i 1) []))] [(Quantifier i - 0 (Binary - n 1)) (Quantifier j app - -)])`},
		{"item", `faults crash disk, limit limit 1`, `(Faults [disk limit] 1)`},
		{"item", `check deadlock, orphan`, `(Check [deadlock orphan])`},
		{"item", `always app[i] at {p, q} && x for i in m.App`, `(Always (Binary && (At (Index app i []) [p q]) x) [(Quantifier i m.App - -)])`},
		{"item", `eventually a at p => a at q`, `(Eventually (At a [p]) (At a [q]) [])`},
		{"item", `export requests = fs.clients[0]`, `(Export requests (Index (Select fs clients) 0 []))`},
		{"item", `limit m.File users + 1`, `(Limit m.File (Binary + users 1))`},
		{"item", `expect deadlock`, `(ExpectVerdict deadlock)`},
	} {
		before, after := map[string]string{"file": "package p\n", "field": "package p\nimport \"x/imported\"\nstruct S { f ", "step": "package p\nprotocol P(a, b) {",
			"stmt": "package p\ncomponent C() {", "item": "package p\nsystem S {"}[test.where], "}"
		if test.where == "file" {
			after = ""
		}
		text := before + test.text + after
		f, diagnostics := Parse("p.chan", []byte(text))
		if len(diagnostics) > 0 {
			t.Errorf("%s: %v", test.text, diagnostics[0])
			continue
		}
		var node any
		switch d := f.Decls[0].(type) {
		case *Struct:
			node = d.Fields[0].Type
			if test.where == "file" {
				node = d
			}
		case *Protocol:
			node = d.Body.List[0]
		case *Component:
			node = d.Body.List[0]
		case *System:
			node = d.Items[0]
		default:
			node = d
		}
		if got := brief(reflect.ValueOf(node)); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
		span := node.(Node).Range()
		if got := text[span.Start:span.End]; !strings.HasPrefix(test.text, got) || test.where != "field" && len(got) != len(test.text) {
			t.Errorf("%s: the span is that of %q", test.text, got)
		}
		checkFormat(t, []byte(text))
	}
}

// TestDeepNesting: 100,000 levels are an error, one, and no stack overflow.
func TestDeepNesting(t *testing.T) {
	const n = 100_000
	many := func(s string) string { return strings.Repeat(s, n) }
	for name, text := range map[string]string{
		"parentheses":        "const n = " + many("(") + "1" + many(")"),
		"open parentheses":   "const n = " + many("("),
		"negations":          "const n = " + many("-") + "1",
		"a sum":              "const n = 1" + many("+1"),
		"sums in sums":       "const n = " + many("(1+") + "1" + many(")"),
		"calls":              "component C() { x = " + many("f(") + many(")") + "}",
		"selections":         "component C() { x = a" + many(".a") + "}",
		"indexes":            "component C() { x = a" + many("[1]") + "}",
		"indexes in indexes": "component C() { x = a" + many("[a") + many("]") + "}",
		"tuples":             "component C() { s add " + many("{") + "a" + many("}") + "}",
		"arrays":             "type T " + many("[1]") + "bool",
		"slices":             "type T " + many("[]") + "bool",
		"tuple types":        "type T " + many("{a ") + "bool" + many("}"),
		"loops":              "component C() {" + many("loop {") + many("}") + "}",
		"open loops":         "component C() {" + many("loop {"),
		"if else":            "component C() {" + many("if x {} else ") + "{} }",
		"ifs":                "component C() {" + many("if x {") + many("}") + "}",
		"options":            "component C() {" + many("choose { option A() <- c: ") + many("}") + "}",
		"cases":              "component C() {" + many("decide { case a: ") + many("}") + "}",
		"switches":           "component C() {" + many("switch x { case a: ") + many("}") + "}",
		"on gone":            "component C() {" + many("on gone c {") + many("} in {}") + "}",
		"protocol loops":     "protocol P(a, b) {" + many("loop {") + many("}") + "}",
		"protocol choices":   "protocol P(a, b) {" + many("choose a { option a -> b: M() ") + many("}") + "}",
		"branches":           "protocol P(a, b) {" + many("par {") + many("} and {}") + "}",
	} {
		start := time.Now()
		f, diagnostics := Parse("deep.chan", []byte("package p\n"+text))
		if len(diagnostics) != 1 || diagnostics[0].Code != codeDepth {
			t.Errorf("%s: %d diagnostics, the first: %v", name, len(diagnostics), diagnostics[0])
		}
		_ = brief(reflect.ValueOf(f.Decls))
		t.Logf("%s: %v", name, time.Since(start))
	}
	many = func(s string) string { return strings.Repeat(s, n/5) }
	for name, text := range map[string]string{
		"opening braces":   many("{"),
		"closing braces":   many("}"),
		"guards":           "component C() { choose {" + many("option when(") + "} }",
		"broken options":   "component C() { choose {" + many("option x\n") + "} }",
		"colonless":        "component C() { choose {" + many("option A() <- c\n") + "} }",
		"half loops":       "component C() {" + many("loop ") + "}",
		"half protocols":   many("protocol P("),
		"half components":  many("component C() {\n"),
		"on gones":         "component C() {" + many("on gone c ") + "}",
		"comments":         many("/* "),
		"names":            many("a "),
		"operators":        many("= "),
		"unclosed choices": "protocol P(a, b) {" + many("choose a { option\n"),
	} {
		start := time.Now()
		if _, diagnostics := Parse("deep.chan", []byte("package p\n"+text)); len(diagnostics) == 0 {
			t.Errorf("%s: no diagnostics", name)
		}
		t.Logf("%s: %v", name, time.Since(start))
	}
}

// large is a source of n declarations of all kinds.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("package large\n")
	for i := range n / 5 {
		fmt.Fprintf(&b, `
// E%[1]d is an enum.
enum E%[1]d { a b c }
const n%[1]d = %[1]d * 2 + 1 // a number
protocol P%[1]d(client, server) capacity 1 client -> server, 2 server -> client {
    loop rest {
        choose client {
        option client -> server: Ask(x uint64, e E%[1]d)
            at owed:
            server -> client: Answer(y range 0..n%[1]d)
        option client -> server: Bye()
            end
        }
    }
}
component C%[1]d(c P%[1]d.client) {
    var x range 0..3 = 1
    loop {
        c <- Ask(_, a)
        Answer(x) <- c
        if x > 2 && !full(s) { c <- Bye() end } else { x = (x + 1) %% 4 }
    }
}
system S%[1]d {
    param n check 3 run 64
    app [n]C%[1]d
    connect P%[1]d(client = app[i].c, server = other.c) for i in app
    always app[0].x < 3
}
`, i)
	}
	return []byte(b.String())
}

func TestTenThousandDeclarations(t *testing.T) {
	text := large(10_000)
	f, diagnostics := Parse("large.chan", text)
	if len(diagnostics) > 0 || len(f.Decls) != 10_000 {
		t.Fatalf("%d declarations, diagnostics %v", len(f.Decls), diagnostics)
	}
	out, diagnostics := Format(text)
	if len(diagnostics) > 0 || len(out) < len(text) {
		t.Fatalf("%d bytes of %d, diagnostics %v", len(out), len(text), diagnostics)
	}
}

func BenchmarkParse(b *testing.B) {
	text := large(10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Parse("large.chan", text)
	}
}

func BenchmarkFormat(b *testing.B) {
	text := large(10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Format(text)
	}
}
