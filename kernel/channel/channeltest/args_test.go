package channeltest

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

type inner struct {
	Colour uint8
	Name   struct {
		Len  uint32
		Data [20]byte
	}
}

type everything struct {
	Yes    bool
	Small  int8
	Large  uint64
	Real   float64
	Colour uint8
	Level  int
	Bytes  struct {
		Len  uint32
		Data [64]byte
	}
	Numbers struct {
		Len  uint32
		Data [5]int32
	}
	Colours [3]uint8
	Block   [512]byte
	In      inner
}

var colours = channel.Field{Name: "colour", Hi: 2, Cases: []string{"Red", "Green", "Blue"}}

var label = channel.Label{Name: "Everything", Payload: channel.PayloadOf[everything](), Fields: []channel.Field{
	{Name: "yes"}, {Name: "small"}, {Name: "large"}, {Name: "real"}, colours, {Name: "level", Lo: -3, Hi: 4}, {Name: "bytes"}, {Name: "numbers"}, colours, {Name: "block"},
	{Name: "in", Fields: []channel.Field{colours, {Name: "name"}}},
}}

// What is drawn is declared, and what a trace spells is read back as it was.
func TestValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := newPayloads(nil)
	different := map[any]bool{}
	for range 2000 {
		v := p.of(&label, func() uint64 { return r.Uint64() >> r.IntN(64) })
		if wrong := undeclared(v, label.Fields); wrong != "" {
			t.Fatal(wrong)
		}
		args := format(&label, v)
		again, err := parse(&label, args)
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		if !reflect.DeepEqual(format(&label, again), args) {
			t.Fatalf("%q is read as %q", args, format(&label, again))
		}
		different[again.(*everything).Level] = true
	}
	if len(different) != 8 {
		t.Errorf("%d levels were drawn of 8", len(different))
	}
}

// Zeros are the smallest of all: shrinking aims at them.
func TestZeros(t *testing.T) {
	v := newPayloads(nil).of(&label, func() uint64 { return 0 })
	if !reflect.ValueOf(v).Elem().IsZero() {
		t.Errorf("%q", format(&label, v))
	}
}

// A value that is not declared is found, wherever it is.
func TestUndeclared(t *testing.T) {
	for _, change := range []func(*everything){
		func(v *everything) { v.Colour = 3 },
		func(v *everything) { v.Level = 5 },
		func(v *everything) { v.Level = -4 },
		func(v *everything) { v.Bytes.Len = 65 },
		func(v *everything) { v.Colours[2] = 9 },
		func(v *everything) { v.In.Colour = 200 },
	} {
		v := new(everything)
		change(v)
		if undeclared(v, label.Fields) == "" {
			t.Errorf("%+v passes", *v)
		}
	}
}
