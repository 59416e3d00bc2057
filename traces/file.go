package traces

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// Version is the version of the file format that Write writes and Read understands.
const Version = 1

// A trace file is JSON Lines: the first line is the Trace itself, each further one an Event, and the last may be {"final": State}.
// The keys of a line stand in the order of the type, so that one trace has one spelling.

// longestLine bounds what Read holds of a line that never ends.
const longestLine = 1 << 22

// lastLine is the line after the last event.
type lastLine struct {
	Final *State `json:"final"`
}

// Write writes t as a trace file. It fails if t is not valid, so that nothing is written that Read refuses.
func Write(w io.Writer, t *Trace) error {
	head := *t
	head.Version = Version
	if err := head.Validate(); err != nil {
		return fmt.Errorf("trace of %s: %w", t.System, err)
	}
	b := bufio.NewWriter(w)
	out := json.NewEncoder(b)
	out.SetEscapeHTML(false)
	if err := out.Encode(&head); err != nil {
		return err
	}
	for i := range t.Events {
		if err := out.Encode(&t.Events[i]); err != nil {
			return err
		}
	}
	if t.Final != nil {
		if err := out.Encode(lastLine{t.Final}); err != nil {
			return err
		}
	}
	return b.Flush()
}

// WriteFile writes t to a file, making its folder. The file is either the whole trace or not touched.
func WriteFile(path string, t *Trace) error {
	var b bytes.Buffer
	if err := Write(&b, t); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".trace-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // without effect once it has its name
	_, err = temp.Write(b.Bytes())
	if err := errors.Join(err, temp.Chmod(0o644), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// Read reads a trace file and validates it. An error names the line.
func Read(r io.Reader) (*Trace, error) {
	in := bufio.NewReader(r)
	var t *Trace
	for line := 1; ; line++ {
		text, err := readLine(in)
		if err == io.EOF {
			break
		}
		if err == nil {
			switch {
			case t == nil:
				t, err = readHead(text)
			case t.Final != nil:
				err = errors.New("nothing may follow the final state")
			default:
				err = readBody(t, text)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if t == nil {
		return nil, errors.New("empty: a trace file starts with a line that names its system")
	}
	if err := t.Validate(); err != nil {
		return nil, err
	}
	t.enterStarted()
	return t, nil
}

// enterStarted lists the lifelines that start events bring.
func (t *Trace) enterStarted() {
	known := make(map[string]bool, len(t.Instances))
	for _, name := range t.Instances {
		known[name] = true
	}
	for k := range t.Events {
		if name := t.Events[k].Started(); name != "" && !known[name] {
			known[name] = true
			t.Instances = append(t.Instances, name)
		}
	}
}

// ReadFile reads a trace file.
func ReadFile(path string) (*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// readLine returns the next line without its end; io.EOF only if there is none.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > longestLine {
			return nil, fmt.Errorf("longer than %d bytes", longestLine)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(line) == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return nil, errors.New("an empty line")
		}
		if !utf8.Valid(line) {
			return nil, errors.New("not UTF-8")
		}
		return line, nil
	}
}

func readHead(line []byte) (*Trace, error) {
	var version struct{ Version *int }
	if err := json.Unmarshal(line, &version); err != nil || version.Version == nil {
		return nil, errors.New("not a trace file: the first line has no version")
	}
	if *version.Version != Version {
		return nil, fmt.Errorf("version %d of the trace format; this protoc-os reads version %d", *version.Version, Version)
	}
	t := new(Trace)
	return t, strict(line, t)
}

func readBody(t *Trace, line []byte) error {
	var last lastLine
	if bytes.HasPrefix(line, []byte(`{"final"`)) {
		if err := strict(line, &last); err != nil {
			return err
		}
		if last.Final == nil {
			return errors.New("the final state is null")
		}
		t.Final = last.Final
		return nil
	}
	e := Event{Option: -1}
	if err := strict(line, &e); err != nil {
		return err
	}
	t.Events = append(t.Events, e)
	return nil
}

// strict decodes one JSON value and nothing else, and refuses keys that it does not know.
func strict(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}
