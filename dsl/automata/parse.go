package automata

import (
	"fmt"
	"strings"
	"unicode"
)

// parser reads words.
type parser struct {
	path, text string
	words      []word
	at         int
	problem    *Error
}

// word is a name, a number, a directive (".outputs") or one of ! ? ; , : . { } ( ).
type word struct {
	text         string
	line, column int
	first        bool // on its line
}

func (p *parser) fail(at word, format string, args ...any) {
	if p.problem == nil {
		p.problem = &Error{p.path, at.line, at.column, fmt.Sprintf(format, args...)}
	}
}

// scan cuts the text into words. Comments go from -- to the end of the line.
func (p *parser) scan() {
	for n, line := range strings.Split(p.text, "\n") {
		line, _, _ = strings.Cut(line, "--")
		runes := []rune(line)
		first := true
		for k := 0; k < len(runes); {
			start := k
			switch r := runes[k]; {
			case unicode.IsSpace(r):
				k++
				continue
			case inName(r):
				for k < len(runes) && inName(runes[k]) {
					k++
				}
			case r == '.' && first && k+1 < len(runes) && unicode.IsLetter(runes[k+1]):
				k++
				for k < len(runes) && inName(runes[k]) {
					k++
				}
			case strings.ContainsRune("!?;,:.{}()", r):
				k++
			default:
				p.fail(word{line: n + 1, column: k + 1}, "unexpected character %q", r)
				return
			}
			p.words = append(p.words, word{string(runes[start:k]), n + 1, start + 1, first})
			first = false
		}
	}
}

func inName(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '\'' }

func (w word) isName() bool { return w.text != "" && inName([]rune(w.text)[0]) }

// word returns the one at hand; its text is empty after the last.
func (p *parser) word() word {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	last := p.words[len(p.words)-1]
	return word{line: last.line, column: last.column + len([]rune(last.text))}
}

func (p *parser) next() word {
	w := p.word()
	p.at++
	return w
}

func (p *parser) name(what string) word {
	w := p.next()
	if !w.isName() {
		p.fail(w, "expected %s, found %s", what, w.shown())
	}
	return w
}

func (p *parser) take(text string) {
	if w := p.next(); w.text != text {
		p.fail(w, "expected %q, found %s", text, w.shown())
	}
}

func (w word) shown() string {
	if w.text == "" {
		return "the end of the file"
	}
	return fmt.Sprintf("%q", w.text)
}

// direction reads ! or ?.
func (p *parser) direction() bool {
	w := p.next()
	if w.text != "!" && w.text != "?" {
		p.fail(w, "expected ! or ?, found %s", w.shown())
	}
	return w.text == "!"
}

// message reads a message's name; brackets without anything in them belong to it in some files.
func (p *parser) message() string {
	name := p.name("a message").text
	if p.word().text == "(" {
		p.take("(")
		p.take(")")
	}
	return name
}

// graphs reads `.outputs [name] .state graph { state peer !|? message state } .marking state .end`, once for each automaton.
func (p *parser) graphs() (all []*rough) {
	for p.at < len(p.words) && p.problem == nil {
		r := &rough{states: map[string]*roughState{}}
		p.take(".outputs")
		if w := p.word(); w.isName() {
			r.name = p.next()
		}
		p.take(".state")
		p.take("graph")
		for p.problem == nil && p.word().isName() {
			from := p.next()
			if !from.first {
				p.fail(from, "a transition stands on a line of its own: state, peer, ! or ?, message, state")
			}
			e := roughEdge{at: from, peer: p.name("a peer")}
			e.send = p.direction()
			e.message = p.message()
			to := p.name("a state")
			e.next = to.text
			s := r.state(from)
			s.edges = append(s.edges, e)
			r.state(to)
		}
		p.take(".marking")
		r.first = p.name("the first state")
		r.state(r.first)
		p.take(".end")
		all = append(all, r)
	}
	return all
}

// types reads `name: T`, once for each automaton.
//
//	T = "rec" x "." T | "end" | x | action ";" T | "{" action ";" T { "," action ";" T } "}"
func (p *parser) types() (all []*rough) {
	for p.at < len(p.words) && p.problem == nil {
		r := &rough{name: p.name("the name of an automaton"), states: map[string]*roughState{}}
		p.take(":")
		t := &typeReader{parser: p, r: r, bound: map[string]string{}}
		r.first = word{text: t.read()}
		all = append(all, r)
	}
	return all
}

// typeReader makes the states of one automaton. A type that is read stands for the state that it begins at.
type typeReader struct {
	*parser
	r     *rough
	bound map[string]string // recursion variables in scope: the state that they stand for
	fresh int
}

func (t *typeReader) state() string {
	t.fresh++
	name := fmt.Sprint("q", t.fresh-1)
	t.r.state(word{text: name})
	return name
}

// read reads a type at a state of its own, or returns the one that a variable stands for.
func (t *typeReader) read() string {
	w := t.word()
	if w.isName() && w.text != "rec" && w.text != "end" && !t.isAction() {
		t.next()
		at, ok := t.bound[w.text]
		if !ok {
			t.fail(w, "expected a type, found %s: no rec binds it", w.shown())
		}
		return at
	}
	at := t.state()
	t.behave(at)
	return at
}

func (t *typeReader) isAction() bool {
	return t.at+1 < len(t.words) && (t.words[t.at+1].text == "!" || t.words[t.at+1].text == "?")
}

// behave reads what a state does.
func (t *typeReader) behave(at string) {
	switch w := t.word(); {
	case t.problem != nil:
	case w.text == "end":
		t.next()
	case w.text == "rec":
		t.next()
		x := t.name("a variable")
		t.take(".")
		old, had := t.bound[x.text]
		t.bound[x.text] = at
		if y := t.word(); y.isName() && y.text != "rec" && y.text != "end" && !t.isAction() {
			t.fail(y, "%s says nothing before it comes round again", x.text)
			return
		}
		t.behave(at)
		if delete(t.bound, x.text); had {
			t.bound[x.text] = old
		}
	case w.text == "{":
		t.next()
		t.action(at)
		for t.word().text == "," {
			t.next()
			t.action(at)
		}
		t.take("}")
	default:
		t.action(at)
	}
}

// action reads `peer !|? message ; T` as an edge.
func (t *typeReader) action(at string) {
	e := roughEdge{at: t.word(), peer: t.name("a peer")}
	e.send = t.direction()
	e.message = t.message()
	t.take(";")
	if t.problem == nil {
		e.next = t.read()
		s := t.r.states[at]
		s.edges = append(s.edges, e)
	}
}
