package viz

import (
	"fmt"
	"sort"
	"strings"
)

// colour is a colour of both themes. The hues are those of Okabe and Ito, darkened or lightened until text in them is legible on the page;
// nothing is told apart by hue alone: widths, dashes and signs say the same.
type colour struct{ light, dark string }

var (
	none     = colour{"", ""}
	page     = colour{"#ffffff", "#14181d"}
	ink      = colour{"#1b2430", "#e8ecf1"}
	muted    = colour{"#596675", "#a3afbd"}
	faint    = colour{"#c5cdd6", "#3d4956"}
	surface  = colour{"#f3f5f8", "#222a33"}
	rim      = colour{"#566373", "#94a1b0"}
	blue     = colour{"#005a9c", "#6cb8f0"}
	orange   = colour{"#a84300", "#f2a35e"}
	purple   = colour{"#80397b", "#dd9fd0"}
	green    = colour{"#00674f", "#4fc9a4"}
	red      = colour{"#b3142b", "#ff8a8a"}
	trail    = colour{"#ffe08a", "#6b5300"}
	turning  = colour{"#ffc2a1", "#7a3312"}
	lit      = colour{"#ffd24d", "#8a6a00"}
	alarm    = colour{"#ffd9dc", "#5c1a22"}
	heatTint = []colour{{"#eaf2fb", "#1d2c3a"}, {"#cfe1f3", "#203a52"}, {"#abcde9", "#234a6b"}, {"#84b6de", "#275a86"}, {"#5a9dd2", "#2b6ca3"}}
)

// look is how one kind of shape or text is drawn. SVG has it as a class, PNG paints it.
type look struct {
	fill, stroke colour
	width        float64
	dash         []float64
	size         float64 // of text; 0 for a shape
	medium       bool
}

var looks = map[string]look{
	"page":     {fill: page},
	"caption":  {fill: ink, size: titleSize + 1, medium: true},
	"title":    {fill: ink, size: titleSize, medium: true},
	"text":     {fill: muted, size: lineSize},
	"box":      {fill: surface, stroke: rim, width: 1.3},
	"rest":     {stroke: rim, width: 1.1},
	"side":     {fill: rim},
	"open":     {fill: page, stroke: rim, width: 1.2, dash: []float64{5, 3}},
	"choice":   {fill: surface, stroke: purple, width: 1.4},
	"dot":      {fill: ink},
	"lit":      {fill: lit, stroke: ink, width: 2.6},
	"wrong":    {fill: alarm, stroke: red, width: 2.8},
	"trail":    {fill: trail, stroke: ink, width: 1.8},
	"turning":  {fill: turning, stroke: ink, width: 1.8},
	"ground":   {fill: page},
	"onTrail":  {stroke: trail, width: 8},
	"onCycle":  {stroke: turning, width: 8},
	"onLit":    {stroke: lit, width: 8},
	"onWrong":  {stroke: alarm, width: 8},
	"strike":   {stroke: red, width: 2},
	"life":     {stroke: faint, width: 1.2},
	"lifeHead": {fill: surface, stroke: rim, width: 1.3},
	"cycle":    {stroke: orange, width: 1.6},
	"cycleAt":  {fill: orange, size: lineSize, medium: true},
	"faultAt":  {fill: red, size: lineSize, medium: true},
	"fold":     {stroke: faint, width: 1.2, dash: []float64{2, 4}},
}

// inks are the colours and dashes of arrows, by kind.
var inks = map[EdgeKind]look{
	Plain:     {stroke: rim, width: 1.3},
	Sending:   {stroke: blue, width: 1.4},
	Receiving: {stroke: orange, width: 1.4},
	Choosing:  {stroke: purple, width: 1.4},
	Making:    {stroke: green, width: 1.4, dash: []float64{7, 3, 2, 3}},
	Failing:   {stroke: red, width: 1.4, dash: []float64{5, 3}},
	Timing:    {stroke: muted, width: 1.4, dash: []float64{2, 3}},
}

// edgeNames are the words for the kinds of arrows in names of looks, in DOT and in descriptions.
var edgeNames = map[EdgeKind]string{Plain: "plain", Sending: "send", Receiving: "receive", Choosing: "decide", Making: "make", Failing: "fail", Timing: "time"}

func init() {
	for kind, l := range inks {
		name := edgeNames[kind]
		looks["line-"+name] = l
		looks["head-"+name] = look{fill: l.stroke}
		looks["label-"+name] = look{fill: l.stroke, size: lineSize}
		looks["ring-"+name] = look{fill: page, stroke: l.stroke, width: l.width}
	}
	for _, under := range edgeUnderlays {
		looks["label"+under] = look{fill: looks[under].stroke}
	}
	looks["label-plain"] = look{fill: ink, size: lineSize}
	for i, tint := range heatTint {
		looks[fmt.Sprintf("heat%d", i+1)] = look{fill: tint, stroke: rim, width: 1.3}
	}
}

const fontFamily = `"Go","Noto Sans","Segoe UI","Helvetica Neue",Arial,sans-serif`

// css returns the looks as a style sheet for elements below .viz, in both themes.
func css(used map[string]bool) string {
	var names []string
	for name := range used {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	fmt.Fprintf(&b, ".viz text{font-family:%s}\n.viz .faded{opacity:.42}\n", fontFamily)
	for _, name := range names {
		l := looks[name]
		fmt.Fprintf(&b, ".viz .%s{%s", name, paint(l.fill.light, l.stroke.light))
		if l.stroke != none {
			fmt.Fprintf(&b, ";stroke-width:%g", l.width)
			if l.dash != nil {
				fmt.Fprintf(&b, ";stroke-dasharray:%s", strings.Trim(fmt.Sprint(l.dash), "[]"))
			}
			if l.fill == none {
				b.WriteString(";stroke-linecap:round;stroke-linejoin:round")
			}
		}
		if l.size > 0 {
			fmt.Fprintf(&b, ";font-size:%gpx", l.size)
			if l.medium {
				b.WriteString(";font-weight:600")
			}
		}
		b.WriteString("}\n")
	}
	b.WriteString("@media(prefers-color-scheme:dark){\n")
	for _, name := range names {
		l := looks[name]
		fmt.Fprintf(&b, ".viz .%s{%s}\n", name, paint(l.fill.dark, l.stroke.dark))
	}
	b.WriteString("}\n")
	return b.String()
}

func paint(fill, stroke string) string {
	if fill == "" {
		fill = "none"
	}
	s := "fill:" + fill
	if stroke != "" {
		s += ";stroke:" + stroke
	}
	return s
}
