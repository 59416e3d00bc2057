package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/protoc-os/protoc-os/dsl"
)

// Digest identifies what the system says: the SHA-256, in hexadecimal, of its declaration and of all declarations that it depends on,
// directly or not, each in a canonical form without layout and comments. What the words of a declaration could name counts as a dependency:
// the digest may change more often than the meaning, never less.
func (s *SystemDecl) Digest() string { return s.Package.digest(s.Name) }

// Digest identifies what the protocol says, as that of a system does.
func (p *Protocol) Digest() string { return p.Package.digest(p.Name) }

func (p *Package) digest(name string) string {
	c := &closure{seen: map[*declared]bool{}}
	if d := p.names.decls[name]; d != nil {
		c.add(p, d)
	}
	slices.Sort(c.texts)
	sum := sha256.New()
	for _, text := range c.texts {
		fmt.Fprintf(sum, "%d:%s\n", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// closure collects declarations and what they depend on.
type closure struct {
	seen  map[*declared]bool
	texts []string // package path, name and canonical form
}

func (c *closure) add(p *Package, d *declared) {
	if c.seen[d] {
		return
	}
	c.seen[d] = true
	words := dsl.Words(d.file.Source, d.decl.Range())
	for i, w := range words {
		if imp := p.names.imports[d.file][w]; imp != nil && imp.pkg != nil && i+2 < len(words) && words[i+1] == "." {
			if other := imp.pkg.names.decls[words[i+2]]; other != nil {
				c.add(imp.pkg, other)
			}
		}
		if other := p.names.decls[w]; other != nil {
			c.add(p, other)
		}
	}
	c.texts = append(c.texts, p.Path+"\n"+d.name.Name+"\n"+canonical(d.decl, words)+"\n"+c.aliases(p, d, words))
}

// canonical joins the words of a declaration. The commas of an enum or a struct may be left out in the source and say nothing.
func canonical(d dsl.Decl, words []string) string {
	switch d.(type) {
	case *dsl.Enum, *dsl.Struct:
		words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "," })
	}
	return strings.Join(words, " ")
}

// aliases spells out which package each import name in the words stands for: another import under the same name is another meaning.
func (c *closure) aliases(p *Package, d *declared, words []string) string {
	var all []string
	for _, w := range words {
		if imp := p.names.imports[d.file][w]; imp != nil && imp.pkg != nil {
			all = append(all, w+"="+imp.pkg.Path)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}
