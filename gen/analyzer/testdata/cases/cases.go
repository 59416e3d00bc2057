// Package cases has switches over generated sums that miss cases, and some that do not.
package cases

import (
	"github.com/protoc-os/protoc-os/gen/internal/parts"
	"github.com/protoc-os/protoc-os/gen/internal/sample"
)

func misses(m sample.ShopServerRestMessage) {
	switch m.(type) { // want `this switch over sample.ShopServerRestMessage misses \*sample.ShopServerBye, \*sample.ShopServerOpen`
	case *sample.ShopServerPut:
	}
}

func hides(m sample.ShopServerRestMessage) {
	switch m := m.(type) { // want `the default of this switch over sample.ShopServerRestMessage hides \*sample.ShopServerBye: name each case`
	case *sample.ShopServerPut, *sample.ShopServerOpen:
	default:
		_ = m
	}
}

func states(next parts.OpenerWatchingOrEnd) {
	switch next.(type) { // want `misses \*parts.OpenerEnd`
	case nil:
	case *parts.OpenerWatching:
	}
}

func all(m sample.ShopServerRestMessage) {
	switch m := m.(type) {
	case *sample.ShopServerPut:
	case *sample.ShopServerOpen:
		_ = m
	case *sample.ShopServerBye:
	}
	switch m.(type) {
	case *sample.ShopServerPut, *sample.ShopServerOpen, *sample.ShopServerBye:
	default:
		panic("unreachable")
	}
}

type own interface{ own() }

type a struct{}
type b struct{}

func (*a) own() {}
func (*b) own() {}

func others(x any, o own) {
	switch x.(type) {
	case *sample.ShopServerPut:
	}
	switch o.(type) {
	case *a:
	}
}

func meant(m sample.ShopServerRestMessage) {
	switch m.(type) { //protocos:unchecked only puts are of interest here
	case *sample.ShopServerPut:
	}
}

func reason(m sample.ShopServerRestMessage) {
	switch m.(type) { /* want "misses" "needs a reason behind it" */ //protocos:unchecked
	case *sample.ShopServerPut:
	}
}

//protocos:unchecked only puts are of interest here
func meantAll(m sample.ShopServerRestMessage) {
	switch m.(type) {
	case *sample.ShopServerPut:
	}
	switch m.(type) {
	case *sample.ShopServerPut:
	}
}
