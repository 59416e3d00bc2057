package dsl

// The codes of the text.
const (
	codeSyntax    Code = "PO0001"
	codeCharacter Code = "PO0002"
	codeUTF8      Code = "PO0003"
	codeString    Code = "PO0004"
	codeComment   Code = "PO0005"
	codeNumber    Code = "PO0006"
	codeDepth     Code = "PO0007"
)
