package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/dsl"
)

func (a *app) explainVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "explain [CODE]",
		Short:   "say what a code means, with an example",
		Long:    "explain says what a diagnostic's code means, why it matters and what to do about it, with an example. Without a code it lists all of them.",
		Example: "  protoc-os explain PO2001",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listCodes()
			}
			return a.explain(args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, e := range dsl.Explanations() {
				codes = append(codes, fmt.Sprintf("%s\t%s", e.Code, e.Title))
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func (a *app) listCodes() error {
	for _, e := range dsl.Explanations() {
		if _, err := fmt.Fprintf(a.out, "%s  %s\n", e.Code, e.Title); err != nil {
			return err
		}
	}
	return nil
}

// codeShape is how a code may be typed: "2001" and "po2001" are PO2001.
var codeShape = regexp.MustCompile(`^(?i:PO)?(\d{4})$`)

func (a *app) explain(name string) error {
	m := codeShape.FindStringSubmatch(name)
	if m == nil {
		return fmt.Errorf("explain %s: a code is PO and four digits; protoc-os explain lists them", name)
	}
	e, ok := dsl.Explain(dsl.Code("PO" + m[1]))
	if !ok {
		return fmt.Errorf("explain %s: there is no such code; protoc-os explain lists them", name)
	}
	text := fmt.Sprintf("%s: %s\n\n%s\n", e.Code, e.Title, wrap(strings.TrimSpace(e.Text), min(a.width(), 100)))
	if e.Example != "" {
		text += "\nExample:\n\n" + indent(e.Example)
	}
	_, err := fmt.Fprint(a.out, text)
	return err
}

// wrap breaks the lines of prose at a width; lines that are set off stay as they are.
func wrap(text string, width int) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			b.WriteString(line + "\n")
			continue
		}
		column := 0
		for _, word := range strings.Fields(line) {
			w := runewidth.StringWidth(word)
			switch {
			case column > 0 && column+1+w > width:
				b.WriteByte('\n')
				column = 0
			case column > 0:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += w
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

// indent sets text off by four columns.
func indent(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.Trim(text, "\n"), "\n") {
		b.WriteString(strings.TrimRight("    "+line, " \t") + "\n")
	}
	return b.String()
}
