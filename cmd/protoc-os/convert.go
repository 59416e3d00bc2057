package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/traces"
	"github.com/protoc-os/protoc-os/viz"
)

// convertFlags are the flags of trace convert.
type convertFlags struct {
	to, output, component string
	most                  int
	bare                  bool
}

func (a *app) convertVerb() *cobra.Command {
	f := new(convertFlags)
	c := &cobra.Command{
		Use:   "convert FILE",
		Short: "draw a trace as a sequence chart, or write it for other tools",
		Long: `convert draws a trace as a sequence chart: lifelines, messages with their payloads, what waits in each queue, faults, the cycle of a lasso in
brackets. In a page (html) P hides the payloads. itf and chrome are for Apalache's viewers and for Perfetto; they have all steps.`,
		Example: "  protoc-os trace convert --to html -o deadlock.html traces/fs.Files.PO2001.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.convert(f, args[0]) },
	}
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "", "text, svg, png, mermaid, html, itf or chrome (default: by the ending of -o, else text)")
	flags.StringVarP(&f.output, "output", "o", "", "file to write (default: standard output)")
	flags.StringVar(&f.component, "component", "", "only what this instance takes part in")
	flags.IntVar(&f.most, "most", 200, "most rows of a chart, the middle of a longer trace is folded; 0: all")
	flags.BoolVar(&f.bare, "bare", false, "labels without their arguments")
	return c
}

// convert is the verb: read, lay out, write.
func (a *app) convert(f *convertFlags, path string) error {
	t, err := traces.ReadFile(path)
	if err != nil {
		return err
	}
	if f.to == "" {
		f.to = "text"
		for form, ending := range endings {
			if filepath.Ext(f.output) == ending {
				f.to = form
			}
		}
	}
	var b bytes.Buffer
	part, err := partOf(t, f.component)
	if err != nil {
		return err
	}
	s := viz.ArrangeSequence(part, viz.SequenceOptions{Most: f.most, NoPayload: f.bare})
	switch f.to {
	case "text":
		b.WriteString(traceHeading(t) + viz.Chart(part, viz.ChartOptions{Width: a.width(), ASCII: a.ascii, Most: f.most}))
	case "svg":
		err = s.WriteSVG(&b)
	case "png":
		err = s.WritePNG(&b)
	case "mermaid":
		err = s.WriteMermaid(&b)
	case "html":
		err = s.WriteHTML(&b)
	case "itf":
		err = traces.WriteITF(&b, t)
	case "chrome":
		err = traces.WriteChrome(&b, t)
	default:
		return fmt.Errorf("--to %s: want text, svg, png, mermaid, html, itf or chrome", f.to)
	}
	if err != nil {
		return err
	}
	if f.output == "" {
		_, err = a.out.Write(b.Bytes())
		return err
	}
	return os.WriteFile(f.output, b.Bytes(), 0o644)
}
