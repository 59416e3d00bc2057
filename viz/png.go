package viz

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// WritePNG paints a layout in the light theme, two dots to a pixel of the layout (fewer if it is very large). Characters that the bundled font
// does not have appear as boxes.
func WritePNG(w io.Writer, l *Layout) error { return l.picture().png(w) }

// mostDots bounds either side of an image.
const mostDots = 12000

func (p *picture) png(w io.Writer) error {
	scale := min(2, mostDots/max(p.width, p.height, 1))
	c, err := newCanvas(p.width, p.height, scale)
	if err != nil {
		return err
	}
	for _, g := range p.groups {
		c.opacity = 1
		if g.faded {
			c.opacity = 0.42
		}
		for _, it := range g.items {
			if err := c.draw(it); err != nil {
				return err
			}
		}
	}
	if err := png.Encode(w, c.image); err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	return nil
}

// canvas paints looks.
type canvas struct {
	image   *image.RGBA
	raster  *vector.Rasterizer
	scale   float64
	opacity float64
	faces   map[[2]float64]font.Face // by size and weight
}

func newCanvas(width, height, scale float64) (*canvas, error) {
	w, h := int(math.Ceil(width*scale)), int(math.Ceil(height*scale))
	c := &canvas{image: image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1))), raster: &vector.Rasterizer{}, scale: scale, faces: map[[2]float64]font.Face{}}
	draw.Draw(c.image, c.image.Bounds(), image.NewUniform(c.colour(page, 1)), image.Point{}, draw.Src)
	return c, nil
}

func (c *canvas) colour(k colour, opacity float64) color.Color {
	var r, g, b uint8
	if _, err := fmt.Sscanf(k.light, "#%02x%02x%02x", &r, &g, &b); err != nil {
		panic("viz: a bad colour in the table of looks: " + k.light)
	}
	return color.NRGBA{r, g, b, uint8(opacity*255 + 0.5)}
}

func (c *canvas) draw(it item) error {
	l := looks[it.look]
	if it.text != "" {
		return c.text(it, l)
	}
	outline := it.path.flatten(c.scale)
	if l.fill != none {
		c.fill(outline, c.colour(l.fill, c.opacity))
	}
	if l.stroke != none {
		var dash []float64
		for _, d := range l.dash {
			dash = append(dash, d*c.scale)
		}
		var quads [][]Spot
		for _, line := range outline {
			for _, part := range dashed(line, dash) {
				quads = append(quads, stroke(part, l.width*c.scale)...)
			}
		}
		c.fill(quads, c.colour(l.stroke, c.opacity))
	}
	return nil
}

// fill paints polygons. The rasteriser is only as large as they are, so that many small shapes on a large image are cheap.
func (c *canvas) fill(polygons [][]Spot, col color.Color) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range polygons {
		for _, s := range p {
			x0, y0, x1, y1 = min(x0, s.X), min(y0, s.Y), max(x1, s.X), max(y1, s.Y)
		}
	}
	area := image.Rect(int(x0)-1, int(y0)-1, int(x1)+2, int(y1)+2).Intersect(c.image.Bounds())
	if area.Empty() {
		return
	}
	dx, dy := float64(area.Min.X), float64(area.Min.Y)
	c.raster.Reset(area.Dx(), area.Dy())
	c.raster.DrawOp = draw.Over
	for _, p := range polygons {
		for i, s := range p {
			x, y := float32(s.X-dx), float32(s.Y-dy)
			if i == 0 {
				c.raster.MoveTo(x, y)
			} else {
				c.raster.LineTo(x, y)
			}
		}
		c.raster.ClosePath()
	}
	c.raster.Draw(c.image, area, image.NewUniform(col), image.Point{})
}

func (c *canvas) text(it item, l look) error {
	weight := 0.0
	if l.medium {
		weight = 1
	}
	key := [2]float64{l.size, weight}
	face, ok := c.faces[key]
	if !ok {
		ttf := goregular.TTF
		if l.medium {
			ttf = gomedium.TTF
		}
		parsed, err := opentype.Parse(ttf)
		if err != nil {
			return fmt.Errorf("reading the bundled font: %w", err)
		}
		if face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: l.size * c.scale, DPI: 72, Hinting: font.HintingNone}); err != nil {
			return fmt.Errorf("scaling the bundled font: %w", err)
		}
		c.faces[key] = face
	}
	d := font.Drawer{Dst: c.image, Src: image.NewUniform(c.colour(l.fill, c.opacity)), Face: face}
	x := it.at.X * c.scale
	switch width := float64(d.MeasureString(it.text+it.more)) / 64; it.anchor {
	case middle:
		x -= width / 2
	case end:
		x -= width
	}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(it.at.Y * c.scale * 64)}
	d.DrawString(it.text + it.more)
	return nil
}

// flatten returns the path's lines as polygons, scaled, curves cut into short lines.
func (p *path) flatten(scale float64) [][]Spot {
	var out [][]Spot
	var line []Spot
	next := 0
	take := func() Spot {
		s := p.spots[next]
		next++
		return Spot{s.X * scale, s.Y * scale}
	}
	for _, op := range p.ops {
		switch op {
		case 'M':
			if len(line) > 0 {
				out = append(out, line)
			}
			line = []Spot{take()}
		case 'L':
			line = append(line, take())
		case 'C':
			a, b, c, d := line[len(line)-1], take(), take(), take()
			steps := 4 + int((math.Hypot(b.X-a.X, b.Y-a.Y)+math.Hypot(c.X-b.X, c.Y-b.Y)+math.Hypot(d.X-c.X, d.Y-c.Y))/6)
			for i := 1; i <= steps; i++ {
				t := float64(i) / float64(steps)
				u := 1 - t
				k0, k1, k2, k3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
				line = append(line, Spot{k0*a.X + k1*b.X + k2*c.X + k3*d.X, k0*a.Y + k1*b.Y + k2*c.Y + k3*d.Y})
			}
		case 'Z':
			line = append(line, line[0])
		}
	}
	if len(line) > 0 {
		out = append(out, line)
	}
	return out
}

// dashed cuts a line into dashes; without a pattern it is one.
func dashed(line []Spot, pattern []float64) [][]Spot {
	if len(pattern) == 0 {
		return [][]Spot{line}
	}
	var out [][]Spot
	k, left, on := 0, pattern[0], true
	part := []Spot{line[0]}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		length := math.Hypot(b.X-a.X, b.Y-a.Y)
		for done := 0.0; done < length; {
			step := min(left, length-done)
			done += step
			left -= step
			s := Spot{a.X + (b.X-a.X)*done/length, a.Y + (b.Y-a.Y)*done/length}
			if on {
				part = append(part, s)
			}
			if left > 0 {
				continue
			}
			if on {
				out = append(out, part)
			}
			on = !on
			k = (k + 1) % len(pattern)
			left = pattern[k]
			part = []Spot{s}
		}
	}
	if on && len(part) > 1 {
		out = append(out, part)
	}
	return out
}

// stroke returns polygons that cover a line of some width: a rectangle per piece and an octagon per joint, all turning the same way, so that
// where they overlap they are not counted out.
func stroke(line []Spot, width float64) [][]Spot {
	var out [][]Spot
	r := width / 2
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		dx, dy := b.X-a.X, b.Y-a.Y
		length := math.Hypot(dx, dy)
		if length == 0 {
			continue
		}
		nx, ny := -dy/length*r, dx/length*r
		out = append(out, []Spot{{a.X + nx, a.Y + ny}, {a.X - nx, a.Y - ny}, {b.X - nx, b.Y - ny}, {b.X + nx, b.Y + ny}})
		if i+1 < len(line) || line[0] == line[len(line)-1] {
			joint := make([]Spot, 0, 8)
			for k := range 8 {
				sin, cos := math.Sincos(float64(k) * math.Pi / 4)
				joint = append(joint, Spot{b.X + r*cos, b.Y + r*sin})
			}
			out = append(out, joint)
		}
	}
	return out
}
