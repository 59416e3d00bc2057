package viz

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGallery paints the samples into the folder that VIZ_GALLERY names, for somebody to look at.
func TestGallery(t *testing.T) {
	dir := os.Getenv("VIZ_GALLERY")
	if dir == "" {
		t.Skip("VIZ_GALLERY is not set: no pictures to look at")
	}
	for name, g := range map[string]*Graph{
		"block": sample("block.Block.driver", blockSample), "vnode": sample("fs.Vnode", vnodeSample), "wiring": wiringSample(),
		"random20": randomGraph(1, 20, 8, true), "random60": randomGraph(2, 60, 12, true), "random300": randomGraph(3, 300, 40, false),
	} {
		for _, d := range []Direction{TopDown, LeftRight} {
			g.Direction = d
			paintTo(t, filepath.Join(dir, name+[]string{"", "-td", "-lr"}[d]+".png"), g)
		}
		g.Direction = Auto
		paintTo(t, filepath.Join(dir, name+".png"), g)
	}
}

func paintTo(t *testing.T, path string, g *Graph) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := WritePNG(f, Arrange(g)); err != nil {
		t.Fatal(err)
	}
}
