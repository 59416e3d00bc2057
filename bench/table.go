package main

import (
	"fmt"
	"io"
)

// table collects the rows of the README's table.
type table struct {
	rows []row
}

// row is one question with its answers, one for each system and size.
type row struct {
	name  string
	cells []cell
}

type cell struct {
	system       string
	n            int
	unit         string
	ours, theirs float64
	ratio        float64
}

// goals are what each ratio should reach; a ratio of ours to theirs should stay below.
var goals = map[string]string{
	"command to verdict, small systems":       "20 times faster",
	"states a second, no reduction, one core": "4 times",
	"the same, two cores against our one":     "1.7 times",
	"bytes a state, exact, against COLLAPSE":  "at most 0.5",
	"states stored, reductions on":            "at most 0.1 with symmetric clients, never more than 1",
	"command to verdict, everything on":       "30 times faster",
	"fairness of choice, against pan -a -f":   "10 times faster",
}

func (t *table) add(name string, s subject, n int, unit string, ours, theirs, ratio float64) {
	c := cell{s.name + "." + s.system, n, unit, ours, theirs, ratio}
	for i := range t.rows {
		if t.rows[i].name == name {
			t.rows[i].cells = append(t.rows[i].cells, c)
			return
		}
	}
	t.rows = append(t.rows, row{name, []cell{c}})
}

// print writes Markdown: the medians, then what they are medians of.
func (t *table) print(w io.Writer) {
	fmt.Fprintf(w, "| | median | goal |\n|---|---|---|\n")
	for _, r := range t.rows {
		var all []float64
		for _, c := range r.cells {
			all = append(all, c.ratio)
		}
		fmt.Fprintf(w, "| %s | %.2f | %s |\n", r.name, median(all), goals[r.name])
	}
	for _, r := range t.rows {
		fmt.Fprintf(w, "\n%s\n\n| system | n | ours | pan | ratio |\n|---|---|---|---|---|\n", r.name)
		for _, c := range r.cells {
			fmt.Fprintf(w, "| %s | %d | %s | %s | %.3g |\n", c.system, c.n, amount(c.ours, c.unit), amount(c.theirs, c.unit), c.ratio)
		}
	}
}

func amount(x float64, unit string) string {
	switch unit {
	case "s":
		return fmt.Sprintf("%.3f s", x)
	case "1/s":
		return fmt.Sprintf("%.0f /s", x)
	case "B":
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}
