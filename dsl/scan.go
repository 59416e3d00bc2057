package dsl

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is the kind of a token.
type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenName
	tokenNumber
	tokenString
	tokenOp  // operators and punctuation; text says which
	tokenBad // has been reported
)

// token is one word of the source. Its text is the source's bytes. The parser notes on it how the formatter lays it out.
type token struct {
	Span
	kind tokenKind
	text string
	line int
	layout
}

// scanner turns a source into tokens and comments. What is no token is reported.
type scanner struct {
	text     string
	at       int
	line     int
	tokens   []token
	comments []*Comment
	report   func(code Code, span Span, format string, args ...any)
}

// operators, the longer ones first.
var operators = []string{"<-", "->", "..", "||", "&&", "==", "!=", "<=", ">=", "=>",
	"(", ")", "{", "}", "[", "]", ",", ":", ".", "=", "<", ">", "+", "-", "*", "%", "!", "?"}

// byteOrderMark may start a file.
const byteOrderMark = "\ufeff"

// scan reads the whole source. The last token is tokenEOF.
func scan(src *Source, report func(Code, Span, string, ...any)) ([]token, []*Comment) {
	s := &scanner{text: string(src.Text), line: 1, report: report}
	s.tokens = make([]token, 0, len(src.Text)/4+1) // names and spaces leave few sources with more
	s.bytes(src.Text)
	if strings.HasPrefix(s.text, byteOrderMark) {
		s.at = len(byteOrderMark)
	}
	for s.at < len(s.text) {
		s.next()
	}
	s.add(tokenEOF, s.at)
	return s.tokens, s.comments
}

// bytes reports the first byte that belongs to no text: a file with one of them has many.
func (s *scanner) bytes(text []byte) {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		s.report(codeUTF8, Span{i, i + 1}, "the file holds a NUL byte, so it is no text")
		return
	}
	for i, c := range s.text {
		if c != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(s.text[i:]); size == 1 {
			s.report(codeUTF8, Span{i, i + 1}, "the byte 0x%02x is not UTF-8", s.text[i])
			return
		}
	}
}

func (s *scanner) next() {
	start := s.at
	c, size := utf8.DecodeRuneInString(s.text[start:])
	switch {
	case c == '\n':
		s.line++
		s.at++
	case c == ' ' || c == '\t' || c == '\r':
		s.at++
	case strings.HasPrefix(s.text[start:], "//"):
		s.at = len(s.text)
		if n := strings.IndexByte(s.text[start:], '\n'); n >= 0 {
			s.at = start + n
		}
		s.comment(start, len(strings.TrimRight(s.text[:s.at], "\r")))
	case strings.HasPrefix(s.text[start:], "/*"):
		s.blockComment()
	case c == '_' || unicode.IsLetter(c):
		s.skip(func(c rune) bool { return partOfName(c) })
		s.add(tokenName, start)
	case '0' <= c && c <= '9':
		s.skip(func(c rune) bool { return partOfName(c) })
		s.add(tokenNumber, start)
	case c == '"':
		s.string()
	default:
		s.operator(c, size)
	}
}

// skip passes over the runes of a kind.
func (s *scanner) skip(kind func(rune) bool) {
	for s.at < len(s.text) {
		c, size := utf8.DecodeRuneInString(s.text[s.at:])
		if !kind(c) {
			return
		}
		s.at += size
	}
}

func partOfName(c rune) bool {
	return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.Mn, c)
}

func (s *scanner) add(kind tokenKind, start int) {
	s.tokens = append(s.tokens, token{Span: Span{start, s.at}, kind: kind, text: s.text[start:s.at], line: s.line})
}

func (s *scanner) comment(start, end int) {
	s.comments = append(s.comments, &Comment{Span{start, end}, s.text[start:end]})
}

func (s *scanner) blockComment() {
	start := s.at
	s.at = len(s.text)
	if n := strings.Index(s.text[start+2:], "*/"); n >= 0 {
		s.at = start + n + 4
	} else {
		s.report(codeComment, Span{start, start + 2}, "the comment is not closed: write */ where it ends")
	}
	s.line += strings.Count(s.text[start:s.at], "\n")
	s.comment(start, s.at)
}

func (s *scanner) string() {
	start := s.at
	n := strings.IndexAny(s.text[start+1:], "\"\n")
	if n >= 0 && s.text[start+1+n] == '"' {
		s.at = start + n + 2
		s.add(tokenString, start)
		return
	}
	s.at = len(s.text)
	if n >= 0 {
		s.at = start + 1 + n
	}
	end := len(strings.TrimRight(s.text[:s.at], " \t\r"))
	s.report(codeString, Span{start, end}, "the string is not closed: write \" where it ends, on the same line")
	s.add(tokenBad, start)
}

func (s *scanner) operator(c rune, size int) {
	start := s.at
	for _, op := range operators {
		if strings.HasPrefix(s.text[start:], op) {
			s.at += len(op)
			s.add(tokenOp, start)
			return
		}
	}
	s.at += size
	switch {
	case c == ';':
		s.report(codeCharacter, Span{start, s.at}, "unexpected ';': statements need no separator")
		return
	case c == utf8.RuneError && size == 1 || c == 0: // see bytes
	case c == '&' || c == '|':
		s.report(codeCharacter, Span{start, s.at}, "unexpected %q: the operator is %s", c, strings.Repeat(string(c), 2))
	case unicode.IsPrint(c):
		s.report(codeCharacter, Span{start, s.at}, "unexpected character %q", c)
	default:
		s.report(codeCharacter, Span{start, s.at}, "unexpected character %s", fmt.Sprintf("%U", c))
	}
	s.add(tokenBad, start)
}
