package viz

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/mattn/go-runewidth"
)

// Sizes of text in pixels.
const (
	titleSize = 13.0
	lineSize  = 11.5
	leading   = 1.32 // line height over size
)

// style is a typeface with the widths of its runes measured so far. All measuring happens with the typefaces that PNG is drawn with;
// SVG asks for similar ones.
type style struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
	known  map[rune]float64 // advance in em
}

func newStyle(ttf []byte) *style {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic("viz: a bundled font does not parse: " + err.Error())
	}
	return &style{font: f, known: map[rune]float64{}}
}

// typefaces are the two styles in use. A value is not safe for concurrent use: each layout makes its own.
type typefaces struct{ regular, medium *style }

func newTypefaces() *typefaces {
	return &typefaces{newStyle(goregular.TTF), newStyle(gomedium.TTF)}
}

// width returns the width of s in pixels.
func (t *style) width(s string, size float64) float64 {
	em := 0.0
	for _, r := range s {
		a, ok := t.known[r]
		if !ok {
			a = t.advance(r)
			t.known[r] = a
		}
		em += a
	}
	return em * size
}

func (t *style) advance(r rune) float64 {
	if runewidth.RuneWidth(r) == 0 {
		return 0
	}
	i, err := t.font.GlyphIndex(&t.buffer, r)
	if err != nil || i == 0 { // another font will supply it, or none: a full em for what is wide
		return 0.6 * float64(max(1, runewidth.RuneWidth(r)))
	}
	a, err := t.font.GlyphAdvance(&t.buffer, i, fixed.I(1000), font.HintingNone)
	if err != nil {
		return 0.6
	}
	return float64(a) / 64 / 1000
}

// clean returns s as one printable line: what would break a line, move the cursor, reorder text or be no character is replaced.
// Every writer passes every name and payload through it before quoting.
func clean(s string) string {
	plain := utf8.ValidString(s)
	for _, r := range s {
		plain = plain && printable(r)
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case printable(r):
			b.WriteRune(r)
		default:
			b.WriteRune(utf8.RuneError)
		}
	}
	return b.String()
}

// printable refuses control characters, format characters (bidirectional overrides, byte order marks) and what XML 1.0 has no place for.
func printable(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return true
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), unicode.Is(unicode.Co, r):
		return false
	case r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return false
	}
	return true
}

func cleanAll(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = clean(l)
	}
	return out
}

// shorten cuts s to at most n runes, an ellipsis being the last of a cut one.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
