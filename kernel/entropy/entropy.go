// Package entropy is the source of random numbers of protocols/entropy. It stretches each seed that the host gives with ChaCha8, and asks for the next
// before it has given out too much of one; what a program has drawn tells nothing of what another one draws.
package entropy

import (
	"context"
	"math/rand/v2"

	"github.com/protoc-os/protoc-os/protocols/entropy"
)

// spentAfter is how many bytes are drawn from one seed.
const spentAfter = 1 << 20

// source is the stretched seed.
type source struct {
	chacha *rand.ChaCha8
	each   int // how many bytes are drawn from one seed
	left   int
	buf    [entropy.Most]byte
}

// Source is the entropy source component.
func Source() entropy.EntropySourceComponentFunc { return stretching(spentAfter) }

func stretching(each int) entropy.EntropySourceComponentFunc {
	return func(_ context.Context, s entropy.EntropySourceComponentServing) error {
		v := &source{each: each}
		for {
			o, err := s.Choose()
			if err != nil {
				return err
			}
			switch o := o.(type) {
			case *entropy.EntropySourceComponentServingAttach:
				s = o.Next
			case *entropy.EntropySourceComponentServingDraw:
				s, err = v.draw(o.Next, o.Count)
			case *entropy.EntropySourceComponentServingDetach:
				s = o.Next
			case *entropy.EntropySourceComponentServingGone:
				s = o.Next
			default:
				panic("entropy: an option that the declaration does not have")
			}
			if err != nil {
				return err
			}
		}
	}
}

// draw answers with n bytes, after a new seed if the old one is spent.
func (v *source) draw(next any, n int) (entropy.EntropySourceComponentServing, error) {
	var none entropy.EntropySourceComponentServing
	ready, ok := next.(*entropy.EntropySourceComponentAfterNoise)
	if !ok {
		asked, err := next.(*entropy.EntropySourceComponentAfterDraw).SendSeedMore()
		if err != nil {
			return none, err
		}
		m, err := asked.ReceiveSeed()
		if err != nil {
			return none, err
		}
		var seed [32]byte
		for i, b := range m.Buf {
			seed[i%len(seed)] ^= b
		}
		v.chacha, v.left = rand.NewChaCha8(seed), v.each
		ready = &m.Next
	}
	o, err := ready.Choose()
	if err != nil {
		return none, err
	}
	switch o := o.(type) {
	case *entropy.EntropySourceComponentAfterNoiseSentRandom:
		b := v.buf[:n]
		v.chacha.Read(b)
		v.left -= n
		drawn, err := o.Next.SendClientsRandom(b)
		if err != nil {
			return none, err
		}
		if v.left > 0 {
			return drawn.Fresh()
		}
		return drawn.Spent()
	case *entropy.EntropySourceComponentAfterNoiseGone:
		return o.Next, nil
	}
	panic("entropy: an option that the declaration does not have")
}
