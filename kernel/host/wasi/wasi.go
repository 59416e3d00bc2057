// Package wasi runs WebAssembly programs that speak WASI preview 1. It is the external component Program of protocols/syscall: what comes in are
// modules to run, what goes out are system calls, each of them a message to the program's process. Nothing of WASI that wazero brings along
// is linked: whatever a program can do to the world is in the table of functions here, and each of them asks the kernel.
package wasi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// Codes of programs that did not exit by themselves.
const (
	codeNoModule = 126
	codeTrap     = 134
)

// Engine compiles modules, once each, and runs them. It serves any number of places at once.
type Engine struct {
	cache  wazero.CompilationCache
	run    wazero.Runtime // of which each program is an instance
	Errors io.Writer      // where traps are told

	mu      sync.Mutex
	modules map[string]*module
	// compiling is held while a module is compiled or fetched from the cache.
	compiling sync.Mutex
}

// module is a file that is read, checked and compiled once.
type module struct {
	read     func() ([]byte, error)
	compiled wazero.CompiledModule
	err      error
}

// NewEngine makes an engine whose compiled modules are kept in a folder; without one they are kept in memory.
func NewEngine(folder string, errs io.Writer) (*Engine, error) {
	cache := wazero.NewCompilationCache()
	if folder != "" {
		var err error
		if cache, err = wazero.NewCompilationCacheWithDir(folder); err != nil {
			return nil, fmt.Errorf("keeping compiled modules in %s: %w", folder, err)
		}
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCompilationCache(cache))
	if err := export(ctx, r); err != nil {
		return nil, errors.Join(err, r.Close(ctx), cache.Close(ctx))
	}
	return &Engine{cache: cache, run: r, Errors: errs, modules: map[string]*module{}}, nil
}

// Close lets go of what was compiled.
func (e *Engine) Close() error {
	return errors.Join(e.run.Close(context.Background()), e.cache.Close(context.Background()))
}

// Provide gives the engine the code of a module that is no file.
func (e *Engine) Provide(name string, code []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.modules[name] = &module{read: func() ([]byte, error) { return code, nil }}
}

// load is a module that is fit to run. What is learned while a program is stopped says nothing of its module.
func (e *Engine) load(ctx context.Context, name string) (wazero.CompiledModule, error) {
	e.mu.Lock()
	m := e.modules[name]
	if m == nil {
		m = &module{read: func() ([]byte, error) { return os.ReadFile(name) }}
		e.modules[name] = m
	}
	e.mu.Unlock()
	e.compiling.Lock()
	defer e.compiling.Unlock()
	if m.compiled != nil || m.err != nil {
		return m.compiled, m.err
	}
	compiled, err := e.compile(ctx, m)
	if ctx.Err() == nil {
		m.compiled, m.err = compiled, err
	}
	return compiled, err
}

// compile makes machine code of a module.
func (e *Engine) compile(ctx context.Context, m *module) (wazero.CompiledModule, error) {
	text, err := m.read()
	if err != nil {
		return nil, err
	}
	if text, err = bounded(text); err != nil {
		return nil, err
	}
	// Several workers look whether they are to stop; one alone does not.
	compiled, err := e.run.CompileModule(experimental.WithCompilationWorkers(ctx, max(2, runtime.GOMAXPROCS(0))), text)
	if err == nil {
		err = runnable(compiled)
	}
	return compiled, err
}

// Place is a place for programs: it runs one after the other.
func (e *Engine) Place() syscall.ProgramFunc {
	return func(ctx context.Context, s syscall.ProgramWaiting) error {
		for {
			m, err := s.ReceiveKernel()
			if err != nil {
				return err
			}
			if s, err = e.program(ctx, m.Module, m.Next); err != nil {
				return err
			}
		}
	}
}

// program runs one program to its end, whichever that is.
func (e *Engine) program(ctx context.Context, name string, s syscall.ProgramRunning) (none syscall.ProgramWaiting, err error) {
	c := new(calls)
	c.at.Put(s)
	code, exited := e.execute(ctx, name, c)
	switch {
	case c.err != nil:
		return none, c.err
	case c.left.Full():
		return c.left.Take().SendKernelFree()
	case ctx.Err() != nil:
		return none, context.Cause(ctx)
	case !exited:
		trapped, err := c.at.Take().Trap()
		if err != nil {
			return none, err
		}
		return trapped.SendKernelFree()
	}
	return c.exit(code)
}

// exit says the code; if nobody is there to hear it, nobody does.
func (c *calls) exit(code uint32) (none syscall.ProgramWaiting, err error) {
	a, err := c.at.Take().Exit()
	if err != nil {
		return none, err
	}
	free, err := a.SendSysExit(code)
	if err != nil {
		return none, err
	}
	return free.SendKernelFree()
}

// exit is what proc_exit panics with.
type exit struct{ code uint32 }

// execute instantiates a module and runs its start function. exited is false for a program that trapped.
func (e *Engine) execute(ctx context.Context, name string, c *calls) (code uint32, exited bool) {
	p := &program{calls: c}
	defer p.free()
	compiled, err := e.load(ctx, name)
	if err != nil {
		err = &unfitError{err}
	} else {
		err = e.start(p.among(ctx), compiled)
	}
	var left exit
	var unfit *unfitError
	switch {
	case err == nil:
		return 0, true
	case errors.As(err, &left):
		return left.code, true
	case c.left.Full() || c.err != nil || ctx.Err() != nil:
		return codeTrap, false
	case errors.As(err, &unfit):
		code = codeNoModule
	default:
		code = codeTrap
	}
	fmt.Fprintf(e.Errors, "%s: %v\n", name, err)
	return code, true
}

// free gives its memory back, also that of a module that was never made whole.
func (p *program) free() {
	for _, l := range p.memory {
		l.Free()
	}
}

// unfitError says why a module cannot run here.
type unfitError struct{ error }

// running is the key of the program among the values of a context.
type running struct{}

// among is a context in which functions of WASI know the program that calls them.
func (p *program) among(ctx context.Context) context.Context {
	ctx = experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(p.allocate))
	return context.WithValue(ctx, running{}, p)
}

// start runs the module until it returns or panics out of a host function.
func (e *Engine) start(ctx context.Context, compiled wazero.CompiledModule) error {
	m, err := e.instantiate(ctx, compiled)
	if err != nil {
		return err
	}
	defer m.Close(context.Background())
	if stop, ok := m.ExportedGlobal(stopName).(api.MutableGlobal); ok {
		defer context.AfterFunc(ctx, func() { stop.Set(1) })()
	}
	for _, name := range []string{startName, "_start"} {
		if f := m.ExportedFunction(name); f != nil && err == nil {
			_, err = f.Call(ctx)
		}
	}
	return err
}

// instantiate makes the module's memory and tables.
func (e *Engine) instantiate(ctx context.Context, compiled wazero.CompiledModule) (m api.Module, err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case stopped: // while its memory was asked for
			err = v
		case *unfitError:
			err = v
		default:
			panic(v)
		}
	}()
	return e.run.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
}

func (e exit) Error() string  { return fmt.Sprintf("exit code %d", e.code) }
func (stopped) Error() string { return "stopped" }

// function is one function of WASI: its parameters (i for 32 bits, l for 64), and what it does with them.
type function struct {
	name   string
	params string
	do     func(p *program, m api.Memory, a []uint64) number
}

// preview1 is what modules call the host module.
const preview1 = "wasi_snapshot_preview1"

// export makes the host module.
func export(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder(preview1)
	for _, f := range functions {
		types := make([]api.ValueType, len(f.params))
		for i := range f.params {
			types[i] = api.ValueTypeI32
			if f.params[i] == 'l' {
				types[i] = api.ValueTypeI64
			}
		}
		results := []api.ValueType{api.ValueTypeI32}
		if f.name == "proc_exit" {
			results = nil
		}
		narrow := f.params
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, m api.Module, stack []uint64) {
			// The upper halves of 32-bit parameters are garbage.
			for i := range narrow {
				if narrow[i] == 'i' {
					stack[i] = uint64(uint32(stack[i]))
				}
			}
			n := f.do(ctx.Value(running{}).(*program), m.Memory(), stack)
			if len(stack) > 0 {
				stack[0] = uint64(n)
			}
		}), types, results).Export(f.name)
	}
	_, err := b.Instantiate(ctx)
	return err
}
