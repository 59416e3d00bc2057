package wasi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero"
)

// The bounds on what a module may make its host allocate that no message asks for. Those on functions are the ones of browsers.
const (
	localsMost = 50_000  // of one function
	tablesMost = 1 << 20 // entries of all tables together, when the program begins; each table may grow as far
)

// build says how to make a module that runs here.
const build = "build it for WASI preview 1 (Go: GOOS=wasip1 GOARCH=wasm; C: clang --target=wasm32-wasi; Rust: --target wasm32-wasip1)"

var (
	errCut     = errors.New("it ends in the middle, or is damaged: copy or build it again")
	errDamaged = errors.New("it is damaged: copy or build it again")
)

// magic is how a module begins, and component how a component does, which is made of modules.
const (
	magic     = "\x00asm\x01\x00\x00\x00"
	component = "\x00asm\x0d\x00\x01\x00"
)

// bounded is the text of a module in which each table has a bound, and which can be stopped anywhere. It refuses what is no module, and what asks for more than there is in a few bytes: the
// compiler believes every count that it reads.
func bounded(text []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(text, []byte(component)):
		return nil, errors.New("it is a component (WASI preview 2), and the kernel speaks preview 1: " + build)
	case bytes.HasPrefix(text, []byte(magic)):
	case len(text) < len(magic) && bytes.HasPrefix([]byte(magic), text):
		return nil, errCut
	case bytes.HasPrefix(text, []byte("(module")):
		return nil, errors.New("it is a module in words: wat2wasm makes one of it that runs")
	default:
		return nil, errors.New("it is no WebAssembly module: give a .wasm file, or the folder of a Go program")
	}
	var parts []part
	for rest := reader(text[len(magic):]); len(rest) > 0; {
		id := rest[0]
		rest = rest[1:]
		content, err := rest.block()
		if err != nil {
			return nil, err
		}
		content, err = section(id, content)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{id, content})
	}
	parts, err := ticking(parts)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(text)+len(text)/4), magic...)
	for _, p := range parts {
		out = append(out, p.id)
		out = append(binary.AppendUvarint(out, uint64(len(p.content))), p.content...)
	}
	return out, nil
}

// The sections that are looked into.
const (
	customSection    = 0
	typeSection      = 1
	importSection    = 2
	functionSection  = 3
	tableSection     = 4
	memorySection    = 5
	globalSection    = 6
	exportSection    = 7
	startSection     = 8
	elementSection   = 9
	codeSection      = 10
	dataSection      = 11
	dataCountSection = 12
)

// section checks the content of one section, and returns what it is to be.
func section(id byte, content reader) (reader, error) {
	switch id {
	case customSection:
		return names(content), nil
	case startSection, dataCountSection:
		return content, nil
	}
	all := content
	n, err := content.count()
	if err != nil {
		return nil, err
	}
	var entry func(*reader) error
	switch id {
	case tableSection:
		return tables(n, content)
	case typeSection:
		entry = (*reader).signature
	case elementSection:
		entry = (*reader).element
	case codeSection:
		entry = (*reader).function
	case dataSection:
		entry = (*reader).data
	default:
		return all, nil
	}
	for range n {
		if err := entry(&content); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// tables gives each table a bound.
func tables(n uint64, content reader) (reader, error) {
	out := binary.AppendUvarint(nil, n)
	sum := uint64(0)
	for range n {
		kind, err := content.byte()
		if err != nil {
			return nil, err
		}
		if kind != 0x70 && kind != 0x6f { // of functions, of what the host hands out
			return nil, errors.New("it has a table that the kernel does not know: " + build)
		}
		limits, err := content.byte()
		if err != nil {
			return nil, err
		}
		least, err := content.number()
		if err != nil {
			return nil, err
		}
		most := max(least, tablesMost)
		if limits&1 != 0 {
			stated, err := content.number()
			if err != nil {
				return nil, err
			}
			if stated >= least {
				most = min(most, stated)
			} else {
				most = stated // wrong, and said to be so by who compiles it
			}
		}
		if sum += least; sum > tablesMost {
			return nil, fmt.Errorf("its tables begin with more than %d entries, which is the most that the kernel gives", tablesMost)
		}
		out = append(out, kind, limits|1)
		out = binary.AppendUvarint(binary.AppendUvarint(out, least), most)
	}
	return append(out, content...), nil
}

// function is one entry of the section of code. One with too many variables is refused.
func (r *reader) function() error {
	code, err := r.block()
	if err != nil {
		return err
	}
	groups, err := code.count()
	if err != nil {
		return err
	}
	sum := uint64(0)
	for range groups {
		n, err := code.number()
		if err != nil {
			return err
		}
		if _, err := code.byte(); err != nil {
			return err
		}
		if sum += n; sum > localsMost {
			return fmt.Errorf("a function has more than %d variables, which is the most that the kernel gives", localsMost)
		}
	}
	return nil
}

// reader is what is still to be read.
type reader []byte

func (r *reader) byte() (byte, error) {
	if len(*r) == 0 {
		return 0, errCut
	}
	b := (*r)[0]
	*r = (*r)[1:]
	return b, nil
}

func (r *reader) number() (uint64, error) {
	n, size := binary.Uvarint(*r)
	if size <= 0 || n>>32 != 0 {
		return 0, errCut
	}
	*r = (*r)[size:]
	return n, nil
}

// block is so many bytes as the number before them says.
func (r *reader) block() (reader, error) {
	n, err := r.number()
	if err != nil || n > uint64(len(*r)) {
		return nil, errCut
	}
	b := (*r)[:n]
	*r = (*r)[n:]
	return b, nil
}

// runnable refuses a module that asks for something that no function of WASI is, and one that is no command.
func runnable(m wazero.CompiledModule) error {
	for _, f := range m.ImportedFunctions() {
		module, name, _ := f.Import()
		if module == preview1 && slices.ContainsFunc(functions, func(f function) bool { return f.name == name }) {
			continue
		}
		return fmt.Errorf("it asks for a function %s of %s, which WASI preview 1 does not have: %s", name, module, build)
	}
	start := m.ExportedFunctions()["_start"]
	switch {
	case start == nil:
		return errors.New("it exports no function _start, so it is a library and no command: build a program with a main function")
	case len(start.ParamTypes())+len(start.ResultTypes()) > 0:
		return errors.New("its function _start has parameters or results, so it is no command of WASI: " + build)
	}
	return nil
}
