package kernel_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/host/wasi"
)

var figures = flag.Bool("figures", false, "measure the kernel beside wazero's own WASI: kernel/bench.sh")

// rounds is how often each figure is taken, ours and theirs in turn; the median counts.
const rounds = 5

// side runs a program in a folder of the host, and gives what it prints: ours copies the folder into the kernel's files, theirs opens it.
type side func(args ...string) string

// TestFigures prints the tables of README.
func TestFigures(t *testing.T) {
	if !*figures {
		t.Skip("measures for some minutes: kernel/bench.sh")
	}
	dir := t.TempDir()
	place(t, dir, "file="+strings.Repeat("x", 2<<20), "a/b/c/d=1")
	module := build(t, "testdata/calls")
	ours, theirs, nobody := onKernel(t, module, dir), onWazero(t, module, dir), onNobody(t, module, dir)

	fmt.Println("| system call | ns | wazero's own WASI, ns | times as fast | wanted | answered by nobody, ns |\n|---|---|---|---|---|---|")
	for _, c := range []struct {
		name string
		n    int
		want float64
	}{
		{"open, close", 5000, 2}, {"stat", 10000, 2}, {"stat a/b/c/d", 5000, 0}, {"fstat", 10000, 2}, {"seek", 20000, 2},
		{"read 1", 10000, 1}, {"read 64 KiB", 5000, 1}, {"write 1", 10000, 1}, {"write 64 KiB", 5000, 1},
		{"list", 2000, 0}, {"make, remove", 2000, 0}, {"now", 20000, 0},
	} {
		a, b := inTurn(rounds, func() float64 { return number(t, ours(c.name, strconv.Itoa(c.n), "0")) },
			func() float64 { return number(t, theirs(c.name, strconv.Itoa(c.n), "0")) })
		least := ""
		if c.name != "list" && c.name != "make, remove" {
			var all []float64
			for range rounds {
				all = append(all, number(t, nobody(c.name, strconv.Itoa(c.n), "0")))
			}
			least = fmt.Sprintf("%.0f", median(all))
		}
		fmt.Printf("| %s | %.0f | %.0f | %.1f | %s | %s |\n", c.name, a, b, b/a, wanted(b/a, c.want), least)
	}
	tax(t)
	startUp(t)
	together(t, module, dir)
	vnodes(t)
}

func wanted(got, want float64) string {
	switch {
	case want == 0:
		return ""
	case got < want:
		return fmt.Sprintf("≥ %g: **not reached**", want)
	}
	return fmt.Sprintf("≥ %g", want)
}

// inTurn takes both figures in turn, and returns the median of each.
func inTurn(rounds int, a, b func() float64) (float64, float64) {
	var all [2][]float64
	for range rounds {
		all[0] = append(all[0], a())
		all[1] = append(all[1], b())
	}
	return median(all[0]), median(all[1])
}

func median(a []float64) float64 {
	slices.Sort(a)
	return a[len(a)/2]
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onKernel runs a program on a kernel of its own that nobody records.
func onKernel(t *testing.T, module, dir string) side {
	return func(args ...string) string {
		out, _ := boots(t, kernel.Config{}, dir, kernel.Command{Module: module, Args: append([]string{"program"}, args...)})
		return out
	}
}

// boots runs programs, all at once, and says how long that took from the boot to the end.
func boots(t *testing.T, config kernel.Config, dir string, commands ...kernel.Command) (string, time.Duration) {
	t.Helper()
	var out bytes.Buffer
	c, _ := configured(t, strings.NewReader(""), &out)
	c.Recorder, c.Cores, c.Place = nil, config.Cores, config.Place
	if dir != "" {
		c.Grants = []*kernel.Grant{{Host: dir, Guest: "/", Copy: true}}
	}
	began := time.Now()
	codes, err := kernel.Run(context.Background(), c, commands...)
	took := time.Since(began)
	if err != nil || slices.ContainsFunc(codes, func(c uint32) bool { return c != 0 }) {
		t.Fatalf("exit codes %v, %v\n%s", codes, err, out.String())
	}
	return out.String(), took
}

// onWazero runs a program on wazero's own WASI.
func onWazero(t *testing.T, module, dir string) side { return on(t, module, dir, nil) }

// onNobody is onWazero where nobody looks what a system call asks for: it is answered at once, with what looks like a file. No kernel is faster.
func onNobody(t *testing.T, module, dir string) side {
	u32, u64 := func(m api.Memory, at, x uint64) { m.WriteUint32Le(uint32(at), uint32(x)) }, func(m api.Memory, at, x uint64) { m.WriteUint64Le(uint32(at), x) }
	status := func(m api.Memory, at uint64) {
		m.WriteByte(uint32(at)+16, 4) // a regular file
		u64(m, at+32, 2<<20)
	}
	whole := func(m api.Memory, a []uint64) {
		n, _ := m.ReadUint32Le(uint32(a[1]) + 4)
		u32(m, a[4], uint64(n))
	}
	return on(t, module, dir, map[string]func(m api.Memory, a []uint64){
		"path_open": func(m api.Memory, a []uint64) { u32(m, a[8], 4) },
		"fd_fdstat_get": func(m api.Memory, a []uint64) {
			u64(m, a[1], 4)
			u64(m, a[1]+8, ^uint64(0))
			u64(m, a[1]+16, ^uint64(0))
		},
		"fd_fdstat_set_flags": func(api.Memory, []uint64) {},
		"fd_close":            func(api.Memory, []uint64) {},
		"fd_filestat_get":     func(m api.Memory, a []uint64) { status(m, a[1]) },
		"path_filestat_get":   func(m api.Memory, a []uint64) { status(m, a[4]) },
		"fd_seek":             func(m api.Memory, a []uint64) { u64(m, a[3], a[1]) },
		"fd_pread":            whole,
		"fd_pwrite":           whole,
	})
}

// on runs a program on wazero's own WASI, but for some functions.
func on(t *testing.T, module, dir string, instead map[string]func(api.Memory, []uint64)) side {
	code, err := os.ReadFile(module)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	b := r.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	for name, do := range instead {
		f := b.NewFunctionBuilder()
		params := map[string]string{"path_open": "iiiiilli" + "i", "fd_seek": "ilii", "fd_pread": "iiili", "fd_pwrite": "iiili", "fd_close": "i", "path_filestat_get": "iiiii"}[name]
		var types []api.ValueType
		for _, p := range cmp.Or(params, "ii") {
			types = append(types, map[rune]api.ValueType{'i': api.ValueTypeI32, 'l': api.ValueTypeI64}[p])
		}
		f.WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, stack []uint64) {
			do(m.Memory(), stack)
			stack[0] = 0
		}), types, []api.ValueType{api.ValueTypeI32}).Export(name)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	compiled, err := r.CompileModule(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return func(args ...string) string {
		var out bytes.Buffer
		config := wazero.NewModuleConfig().WithName("").WithArgs(append([]string{"program"}, args...)...).WithStdout(&out).WithStderr(os.Stderr).
			WithSysWalltime().WithSysNanotime().WithFSConfig(wazero.NewFSConfig().WithDirMount(dir, "/"))
		if m, err := r.InstantiateModule(ctx, compiled, config); err == nil {
			m.Close(ctx)
		} else if !strings.Contains(err.Error(), "exit_code(0)") {
			t.Fatal(err)
		}
		return out.String()
	}
}

// tax is the processor time of Go's own tests of package os, on the kernel and on wazero's own WASI.
func tax(t *testing.T) {
	module := filepath.Join(t.TempDir(), "os.test.wasm")
	cmd := exec.Command("go", "test", "-trimpath", "-c", "-o", module, "os")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	dir := t.TempDir()
	place(t, dir, "tmp/.keep=")
	code, err := os.ReadFile(module)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	compiled, err := r.CompileModule(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"os.test", "-test.short", "-test.skip=Pipe|Stdin"}
	one := func() float64 {
		c, _ := configured(t, strings.NewReader(""), new(bytes.Buffer))
		c.Recorder, c.Grants = nil, []*kernel.Grant{{Host: dir, Guest: "/", Copy: true}}
		began := spent()
		if _, err := kernel.Run(ctx, c, kernel.Command{Module: module, Args: args, Env: []string{"TMPDIR=/tmp"}}); err != nil {
			t.Fatal(err)
		}
		return (spent() - began).Seconds()
	}
	other := func() float64 {
		config := wazero.NewModuleConfig().WithName("").WithArgs(args...).WithEnv("TMPDIR", "/tmp").
			WithSysWalltime().WithSysNanotime().WithSysNanosleep().WithFSConfig(wazero.NewFSConfig().WithDirMount(dir, "/"))
		began := spent()
		if m, err := r.InstantiateModule(ctx, compiled, config); err == nil {
			m.Close(ctx)
		}
		return (spent() - began).Seconds()
	}
	one()
	a, b := inTurn(3, one, other)
	fmt.Printf("\nGo's tests of package os take %.2f s of processor time (median of 3), and %.2f s on wazero's own WASI: %.2f times as much (wanted: at most 1.12).\n", a, b, a/b)
}

// startUp is the time of a kernel that boots, runs a program that does nothing, and stops.
func startUp(t *testing.T) {
	empty := []byte("\x00asm\x01\x00\x00\x00" + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x05\x03\x01\x00\x01" +
		"\x07\x13\x02\x06_start\x00\x00\x06memory\x02\x00" + "\x0a\x04\x01\x02\x00\x0b")
	var all []float64
	for range 21 {
		engine, err := wasi.NewEngine("", os.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := configured(t, strings.NewReader(""), new(bytes.Buffer))
		c.Engine, c.Recorder = engine, nil
		engine.Provide("empty", empty)
		began := time.Now()
		if codes, err := kernel.Run(context.Background(), c, kernel.Command{Module: "empty", Args: []string{"empty"}}); err != nil || codes[0] != 0 {
			t.Fatal(codes, err)
		}
		all = append(all, float64(time.Since(began).Microseconds())/1000)
		engine.Close()
	}
	fmt.Printf("\nA kernel boots, runs a program that does nothing and stops in %.1f ms (wanted: at most 20).\n", median(all))
}

// together is the load of one program and of eight at once, under each placement, in system calls a second.
func together(t *testing.T, module, dir string) {
	const each = 2000
	kinds := []string{"stat", "read 1", "open, close", "make, remove"}
	load := func(k int, config kernel.Config) float64 {
		var commands []kernel.Command
		for i := range k {
			commands = append(commands, kernel.Command{Module: module, Args: []string{"calls", kinds[i%len(kinds)], strconv.Itoa(each), strconv.Itoa(i)}})
		}
		_, took := boots(t, config, dir, commands...)
		return float64(k*each) / took.Seconds()
	}
	fmt.Println("\n| placement | one program, calls a second | eight at once | ratio |\n|---|---|---|---|")
	type policy struct {
		cores int
		place kernel.Placement
	}
	policies := []policy{{1, kernel.Together}, {2, kernel.Together}, {2, kernel.Spread}, {2, kernel.Divided}}
	one, eight := make([][]float64, len(policies)), make([][]float64, len(policies))
	for range rounds {
		for i, p := range policies {
			config := kernel.Config{Cores: p.cores, Place: p.place}
			one[i], eight[i] = append(one[i], load(1, config)), append(eight[i], load(8, config))
		}
	}
	for i, p := range policies {
		a, b := median(one[i]), median(eight[i])
		fmt.Printf("| %d core, %v | %.0f | %.0f | %.2f |\n", p.cores, p.place, a, b, b/a)
	}
}

// vnodes is the memory of a file that is open and idle, and of one that is there and nobody has open.
func vnodes(t *testing.T) {
	module := build(t, "testdata/files")
	held := func(verb string, n int) float64 {
		var at uint64
		var out bytes.Buffer
		in := meanwhile(func() { at = heap() })
		c, _ := configured(t, in, &out)
		c.Recorder = nil
		if codes, err := kernel.Run(context.Background(), c, files(module, verb+":f:"+strconv.Itoa(n), "wait")); err != nil || codes[0] != 0 {
			t.Fatal(codes, err)
		}
		if strings.Contains(out.String(), "Too many") {
			t.Fatal(out.String())
		}
		return float64(at)
	}
	each := func(verb string, few, many int) float64 {
		return (held(verb, many) - held(verb, few)) / float64(many-few)
	}
	open, there := each("hold", 10, 210), each("many", 10, 10010)
	fmt.Printf("\nBytes of the host: a file that nobody has open %.0f, one that is open and idle %.0f more.\n", there, open-there)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// spent is the processor time of this process so far.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
