package dsl

import "strings"

// The codes of the text: scanner and parser.
const (
	codeSyntax    Code = "PO0001"
	codeCharacter Code = "PO0002"
	codeUTF8      Code = "PO0003"
	codeString    Code = "PO0004"
	codeComment   Code = "PO0005"
	codeNumber    Code = "PO0006"
	codeDepth     Code = "PO0007"
)

func init() {
	register(
		Explanation{codeSyntax, "not the grammar",
			`At this word the text stops being what the grammar allows (docs/language.md, section 1). The message says what could stand there. The ` +
				`parser goes on behind the broken statement and reports at most one error per line, so the next one is likely a mistake of its own; if ` +
				`not, mend the first one first. When a brace is missed, look at the places that are shown with it: the block that is still open, and the ` +
				`first brace whose indentation does not fit. In the example a colon is missing: a -> b: Hello().`,
			"package p\n\nprotocol Greeting(a, b) {\n    a -> b Hello()\n}\n"},
		Explanation{codeCharacter, "an unexpected character",
			`The character belongs to no word of the language. Names are made of letters, digits and _; the operators are || && == != < <= > >= + - * % ` +
				`and !, there is no division. Statements need no separator: a semicolon is to be left out.`,
			"package p\n\nconst half = 64 / 2\n"},
		Explanation{codeUTF8, "no text in UTF-8",
			`A source is text in UTF-8. This file holds a byte that cannot be part of it; only the first one is reported. Either the file was saved in ` +
				`another encoding (save it again as UTF-8), or it is no text at all, or an editor or a copy has damaged it.`,
			"package p\n\n// caf\xe9\nconst n = 1\n"},
		Explanation{codeString, "a string that is not closed",
			`A string starts and ends with " on one line. The path of an import is the only string of the language.`,
			"package p\n\nimport \"protocols/errno\n"},
		Explanation{codeComment, "a comment that is not closed",
			`A comment that starts with /* ends with the next */; this one reaches to the end of the file, and with it all that should follow. ` +
				`Write */ where it ends. Comments of this kind do not nest. A comment that starts with // ends with its line.`,
			"package p\n\nconst n = 1 /* the size\n\nconst m = 2\n"},
		Explanation{codeNumber, "no number, or too large a one",
			`A number is written in decimal digits, without a leading zero, or as 0x and hexadecimal digits, and is at most 2^63-1. There are no other ` +
				`bases, no fractions, no units and no separators: durations are given to the stubs in Go.`,
			"package p\n\nconst wait = 100ms\n"},
		Explanation{codeDepth, "nested too deeply",
			`Blocks and expressions may nest a thousand levels deep, and an expression may have a thousand operators. Nobody writes that by hand: the ` +
				`file was generated, or is damaged. Split the part up: a component with sub, an expression with const, a protocol with do.`,
			"package p\n\nconst n =\n" + strings.Repeat(strings.Repeat("-", 72)+"\n", 14) + "1\n"},
	)
}
