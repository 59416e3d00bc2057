package dsl

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// tokenKind is the kind of a token: a name, a number, a string, an operator spelt out, or one of the ends of things.
type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenName
	tokenNumber
	tokenString
	tokenOp // operators and punctuation; text says which
)

// token is one word of the source. Its text is the source's bytes.
type token struct {
	Span
	kind tokenKind
	text string
}

// scanner turns a source into tokens and comments. What is no token is reported and passed over.
type scanner struct {
	src      *Source
	at       int
	tokens   []token
	comments []*Comment
	report   func(code Code, span Span, format string, args ...any)
}

// operators, the longer ones first.
var operators = []string{"<-", "->", "..", "||", "&&", "==", "!=", "<=", ">=", "=>",
	"(", ")", "{", "}", "[", "]", ",", ":", ".", "=", "<", ">", "+", "-", "*", "%", "!", "?", ";"}

// scan reads the whole source. The last token is tokenEOF.
func scan(src *Source, report func(Code, Span, string, ...any)) ([]token, []*Comment) {
	s := &scanner{src: src, report: report}
	for s.at < len(src.Text) {
		s.next()
	}
	end := len(src.Text)
	s.tokens = append(s.tokens, token{Span: Span{end, end}, kind: tokenEOF})
	return s.tokens, s.comments
}

func (s *scanner) next() {
	text, start := s.src.Text, s.at
	c, size := utf8.DecodeRune(text[s.at:])
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		s.at++
	case c == '/' && s.peek(1) == '/':
		for s.at < len(text) && text[s.at] != '\n' {
			s.at++
		}
		end := s.at
		if text[end-1] == '\r' {
			end--
		}
		s.comment(start, end)
	case c == '/' && s.peek(1) == '*':
		s.blockComment()
	case c == '_' || unicode.IsLetter(c):
		for s.at < len(text) {
			c, size := utf8.DecodeRune(text[s.at:])
			if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.Mn, c) {
				break
			}
			s.at += size
		}
		s.add(tokenName, start)
	case '0' <= c && c <= '9':
		for s.at < len(text) && (isHex(text[s.at]) || text[s.at] == 'x' || text[s.at] == 'X' || text[s.at] == '_') {
			s.at++
		}
		s.add(tokenNumber, start)
	case c == '"':
		s.string()
	default:
		s.operator(c, size)
	}
}

func (s *scanner) peek(n int) byte {
	if s.at+n < len(s.src.Text) {
		return s.src.Text[s.at+n]
	}
	return 0
}

func (s *scanner) add(kind tokenKind, start int) {
	s.tokens = append(s.tokens, token{Span{start, s.at}, kind, string(s.src.Text[start:s.at])})
}

func (s *scanner) comment(start, end int) {
	s.comments = append(s.comments, &Comment{Span{start, end}, string(s.src.Text[start:end])})
}

func (s *scanner) blockComment() {
	text, start := s.src.Text, s.at
	for s.at += 2; s.at < len(text); s.at++ {
		if text[s.at] == '*' && s.peek(1) == '/' {
			s.at += 2
			s.comment(start, s.at)
			return
		}
	}
	s.report(codeComment, Span{start, start + 2}, "comment is not closed: write */ where it ends")
	s.comment(start, s.at)
}

func (s *scanner) string() {
	text, start := s.src.Text, s.at
	for s.at++; s.at < len(text) && text[s.at] != '\n'; s.at++ {
		if text[s.at] == '"' {
			s.at++
			s.add(tokenString, start)
			return
		}
	}
	s.report(codeString, Span{start, s.at}, "string is not closed: write \" where it ends, on the same line")
	s.tokens = append(s.tokens, token{Span{start, s.at}, tokenString, string(text[start:s.at]) + `"`})
}

func (s *scanner) operator(c rune, size int) {
	for _, op := range operators {
		if len(s.src.Text)-s.at >= len(op) && string(s.src.Text[s.at:s.at+len(op)]) == op {
			s.at += len(op)
			s.add(tokenOp, s.at-len(op))
			return
		}
	}
	start := s.at
	if c == utf8.RuneError && size <= 1 {
		for s.at < len(s.src.Text) { // one report for a run of bad bytes
			c, size := utf8.DecodeRune(s.src.Text[s.at:])
			if c != utf8.RuneError || size > 1 {
				break
			}
			s.at++
		}
		s.report(codeUTF8, Span{start, s.at}, "not UTF-8: the file holds the byte 0x%02x here; save it as UTF-8", s.src.Text[start])
		return
	}
	s.at += size
	s.report(codeCharacter, Span{start, s.at}, "unexpected character %s", describe(c))
}

func describe(c rune) string {
	if unicode.IsPrint(c) {
		return fmt.Sprintf("%q", c)
	}
	return fmt.Sprintf("%U", c)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
