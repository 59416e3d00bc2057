package dsl

// Words returns the words of a part of a source, as they stand there: names, numbers, strings and operators; layout and comments are left
// out. Two sources with the same words mean the same.
func Words(src *Source, part Span) []string {
	tokens, _ := scan(NewSource(src.Path, src.Text[part.Start:part.End]), func(Code, Span, string, ...any) {})
	words := make([]string, 0, len(tokens))
	for _, t := range tokens {
		if t.kind != tokenEOF {
			words = append(words, t.text)
		}
	}
	return words
}
