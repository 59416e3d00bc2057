package channeltest

import (
	"fmt"
	"math/bits"
	"reflect"

	fuzz "github.com/google/gofuzz"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// payloads fills the values of messages: gofuzz, fed from what draws a run.
type payloads struct {
	fuzzer *fuzz.Fuzzer
	source stream
	own    map[reflect.Type]bool // types that a function of the test fills
}

// stream is the drawn words as a source of math/rand, which takes its
// numbers from the high bits: reversed, a small word is few bits set at the
// top, and the zero that shrinking aims at stays the zero value. After a
// few words for one message only zeros follow, so that a large payload
// costs no more than a small one, and shrinks as well.
type stream struct {
	draw func() uint64
	left int
}

// mostWords is how many words the values of one message are drawn from.
const mostWords = 24

func (s *stream) spent() bool { return s.draw == nil || s.left == 0 }

func (s *stream) Uint64() uint64 {
	if s.spent() {
		return 0
	}
	s.left--
	return bits.Reverse64(s.draw())
}

func (s *stream) Int63() int64 { return int64(s.Uint64() >> 1) }
func (s *stream) Seed(int64)   {}

// newPayloads takes the functions of a test, which go before those for
// numbers: small ones are more likely than large ones, and collide.
func newPayloads(functions []any) *payloads {
	p := &payloads{own: map[reflect.Type]bool{}}
	p.fuzzer = fuzz.New().NilChance(0).RandSource(&p.source).Funcs(
		number[int], number[int8], number[int16], number[int32], number[int64],
		func(v *bool, c fuzz.Continue) { *v = c.Uint64()>>63 == 1 },
		number[uint], number[uint8], number[uint16], number[uint32], number[uint64],
	).Funcs(functions...)
	for _, f := range functions {
		p.own[reflect.TypeOf(f).In(0).Elem()] = true
	}
	return p
}

func number[T int | int8 | int16 | int32 | int64 | uint | uint8 | uint16 | uint32 | uint64](v *T, c fuzz.Continue) {
	*v = T(bits.Reverse64(c.Uint64()))
}

// of draws the values of a message, nil if it has none.
func (p *payloads) of(l *channel.Label, draw func() uint64) any {
	t := l.Payload.Type()
	if t == nil {
		return nil
	}
	p.source.draw, p.source.left = draw, mostWords
	v := reflect.New(t)
	p.fill(v.Elem(), &channel.Field{Fields: l.Fields})
	return v.Interface()
}

// fill keeps to what the Go type does not say: cases, ranges, lengths.
func (p *payloads) fill(v reflect.Value, f *channel.Field) {
	switch {
	case p.own[v.Type()]:
		p.fuzzer.Fuzz(v.Addr().Interface())
	case isSlice(v):
		data := v.Field(1)
		n := p.length(data.Len())
		v.Field(0).SetUint(uint64(n))
		for i := range n {
			if e := data.Index(i); e.Kind() == reflect.Uint8 && p.source.spent() && !p.own[e.Type()] && f.Lo == f.Hi {
				break // zeros follow
			}
			p.fill(data.Index(i), f)
		}
		return
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			p.fill(v.Field(i), part(f, i))
		}
		return
	case v.Kind() == reflect.Array:
		for i := range min(v.Len(), mostWords) {
			p.fill(v.Index(i), f)
		}
		return
	default:
		p.fuzzer.Fuzz(v.Addr().Interface())
	}
	within(v, f)
}

// length is mostly small, and now and then all there is room for.
func (p *payloads) length(most int) int {
	n := bits.Reverse64(p.source.Uint64())
	if n&15 == 15 {
		return most
	}
	return int(n>>4) % (min(most, 8) + 1) & 0xf
}

// isSlice recognizes how a slice looks in a queue.
func isSlice(v reflect.Value) bool {
	t := v.Type()
	return t.Kind() == reflect.Struct && t.NumField() == 2 && t.Field(0).Name == "Len" && t.Field(1).Name == "Data" && t.Field(1).Type.Kind() == reflect.Array
}

var anyField channel.Field

func part(f *channel.Field, i int) *channel.Field {
	if i < len(f.Fields) {
		return &f.Fields[i]
	}
	return &anyField
}

// within moves a number into the range of its field.
func within(v reflect.Value, f *channel.Field) {
	if f.Lo == f.Hi {
		return
	}
	n := uint64(f.Hi - f.Lo + 1)
	switch {
	case v.CanInt():
		if v.Int() < f.Lo || v.Int() > f.Hi {
			v.SetInt(f.Lo + int64(uint64(v.Int())%n))
		}
	case v.CanUint():
		if v.Uint() > uint64(f.Hi) {
			v.SetUint(v.Uint() % n)
		}
	}
}

// undeclared says which value of a message is not one of its declaration.
func undeclared(values any, fields []channel.Field) string {
	if values == nil {
		return ""
	}
	return outside(reflect.ValueOf(values).Elem(), &channel.Field{Fields: fields})
}

func outside(v reflect.Value, f *channel.Field) string {
	switch {
	case isSlice(v):
		n := int(v.Field(0).Uint())
		if n > v.Field(1).Len() {
			return fmt.Sprintf("%d elements in %s, which has at most %d", n, f.Name, v.Field(1).Len())
		}
		if f.Lo == f.Hi && f.Fields == nil {
			return ""
		}
		return outside(v.Field(1).Slice(0, n), f)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if wrong := outside(v.Field(i), part(f, i)); wrong != "" {
				return wrong
			}
		}
	case v.Kind() == reflect.Array || v.Kind() == reflect.Slice:
		if f.Lo == f.Hi && f.Fields == nil {
			return ""
		}
		for i := range v.Len() {
			if wrong := outside(v.Index(i), f); wrong != "" {
				return wrong
			}
		}
	case f.Lo == f.Hi:
	case v.CanInt() && (v.Int() < f.Lo || v.Int() > f.Hi), v.CanUint() && (v.Uint() > uint64(f.Hi) || v.Uint() < uint64(f.Lo)):
		return fmt.Sprintf("%s = %v, which is not in %d..%d", f.Name, v, f.Lo, f.Hi)
	}
	return ""
}
