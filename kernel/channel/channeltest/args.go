package channeltest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// format spells the values of a message as a trace carries them: an enum by
// its case, bytes and strings quoted, a struct or an array in brackets.
// What parse reads of it is the same value.
func format(l *channel.Label, values any) (args []string) {
	if values == nil {
		return nil
	}
	v := reflect.ValueOf(values).Elem()
	for i := range v.NumField() {
		args = append(args, formatValue(v.Field(i), part(&channel.Field{Fields: l.Fields}, i)))
	}
	return args
}

// briefly lists values for a person. Of a long one the beginning and the end are enough; the trace has it whole.
func briefly(values []string) string {
	const most, first, last = 72, 40, 12
	brief := slices.Clone(values)
	for i, v := range brief {
		if r := []rune(v); len(r) > most {
			brief[i] = fmt.Sprintf("%s… %d …%s", string(r[:first]), len(r)-first-last, string(r[len(r)-last:]))
		}
	}
	return "(" + strings.Join(brief, ", ") + ")"
}

func formatValue(v reflect.Value, f *channel.Field) string {
	switch {
	case isSlice(v):
		n := min(int(v.Field(0).Uint()), v.Field(1).Len())
		return formatList(v.Field(1).Slice(0, n), f)
	case v.Kind() == reflect.Array:
		n := v.Len()
		for n > 0 && v.Index(n-1).IsZero() {
			n--
		}
		return formatList(v.Slice(0, n), f)
	case v.Kind() == reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			parts = append(parts, formatValue(v.Field(i), part(f, i)))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case v.CanUint() && v.Uint() < uint64(len(f.Cases)):
		return f.Cases[v.Uint()]
	}
	return fmt.Sprint(v.Interface())
}

func formatList(v reflect.Value, f *channel.Field) string {
	if v.Type().Elem().Kind() == reflect.Uint8 && f.Cases == nil {
		return strconv.Quote(string(v.Bytes()))
	}
	var parts []string
	for i := range v.Len() {
		parts = append(parts, formatValue(v.Index(i), f))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// parse reads the values of a message.
func parse(l *channel.Label, args []string) (any, error) {
	t := l.Payload.Type()
	if t == nil {
		return nil, nil
	}
	v := reflect.New(t)
	if len(args) < t.NumField() {
		return nil, fmt.Errorf("%s has %d values, not %d", l.Name, t.NumField(), len(args))
	}
	for i := range t.NumField() {
		r := &reader{text: args[i]}
		if err := r.value(v.Elem().Field(i), part(&channel.Field{Fields: l.Fields}, i)); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", l.Name, args[i], err)
		}
		if r.text != "" {
			return nil, fmt.Errorf("%s: %s: more than one value", l.Name, args[i])
		}
	}
	return v.Interface(), nil
}

type reader struct{ text string }

func (r *reader) skip(prefix string) bool {
	rest, ok := strings.CutPrefix(r.text, prefix)
	if ok {
		r.text = rest
	}
	return ok
}

func (r *reader) value(v reflect.Value, f *channel.Field) error {
	switch {
	case isSlice(v):
		n, err := r.list(v.Field(1), f)
		v.Field(0).SetUint(uint64(n))
		return err
	case v.Kind() == reflect.Array:
		_, err := r.list(v, f)
		return err
	case v.Kind() == reflect.Struct:
		if !r.skip("{") {
			return errors.New("a struct is wanted")
		}
		for i := range v.NumField() {
			r.skip(" ")
			if err := r.value(v.Field(i), part(f, i)); err != nil {
				return err
			}
		}
		if !r.skip("}") {
			return errors.New("a struct does not end")
		}
		return nil
	}
	word := r.text
	if i := strings.IndexAny(word, " ]}"); i >= 0 {
		word = word[:i]
	}
	r.text = r.text[len(word):]
	for i, c := range f.Cases {
		if c == word {
			v.SetUint(uint64(i))
			return nil
		}
	}
	return scalar(v, word)
}

func scalar(v reflect.Value, word string) error {
	size := int(v.Type().Size()) * 8
	switch {
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(word)
		v.SetBool(b)
		return err
	case v.CanInt():
		n, err := strconv.ParseInt(word, 10, size)
		v.SetInt(n)
		return err
	case v.CanUint():
		n, err := strconv.ParseUint(word, 10, size)
		v.SetUint(n)
		return err
	case v.CanFloat():
		n, err := strconv.ParseFloat(word, size)
		v.SetFloat(n)
		return err
	}
	return fmt.Errorf("a %v cannot be read", v.Type())
}

// list reads elements into an array and counts them.
func (r *reader) list(v reflect.Value, f *channel.Field) (int, error) {
	if quoted, err := strconv.QuotedPrefix(r.text); err == nil && v.Type().Elem().Kind() == reflect.Uint8 {
		text, err := strconv.Unquote(quoted)
		if err != nil {
			return 0, err
		}
		r.text = r.text[len(quoted):]
		if len(text) > v.Len() {
			return 0, fmt.Errorf("%d bytes, and there is room for %d", len(text), v.Len())
		}
		reflect.Copy(v, reflect.ValueOf([]byte(text)).Convert(reflect.SliceOf(v.Type().Elem())))
		return len(text), nil
	}
	if !r.skip("[") {
		return 0, errors.New("a list is wanted")
	}
	n := 0
	for ; !r.skip("]"); n++ {
		r.skip(" ")
		if n == v.Len() {
			return n, fmt.Errorf("more than %d elements", n)
		}
		if r.text == "" {
			return n, errors.New("a list does not end")
		}
		if err := r.value(v.Index(n), f); err != nil {
			return n, err
		}
	}
	return n, nil
}
