package explore

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// console is what the page has written to its console.
type console struct {
	mutex sync.Mutex
	lines []string
}

func (c *console) String() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return strings.Join(c.lines, "\n")
}

// browser starts Chromium and listens to its console.
func browser(t *testing.T) (context.Context, *console) {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("no Chromium here (apt-get install chromium): the page is not tried in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900))
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	c := new(console)
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			c.mutex.Lock()
			c.lines = append(c.lines, m.String())
			c.mutex.Unlock()
		}
	}()
	limited, done := context.WithTimeout(ctx, 2*time.Minute) // a page that hangs fails instead of holding the tests
	t.Cleanup(done)
	return limited, c
}

// at waits until the page shows a path.
func at(path string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitReady(chromedp.CSS(`body[data-path="` + path + `"]`))
}

func TestPageInBrowser(t *testing.T) {
	ctx, complaints := browser(t)
	x := explorer(t)
	server := httptest.NewServer(x.Handler())
	defer server.Close()
	runs, err := x.runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	deadlock := runs[0].Path
	steps := strings.Split(deadlock, ".")
	do := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v\n%s", what, err, complaints)
		}
	}
	text := func(selector chromedp.CSS) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Text(selector))
		if err != nil {
			t.Fatalf("%s: %v", selector, err)
		}
		return s
	}
	count := func(selector string) int {
		t.Helper()
		n, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("`+selector+`").length`))
		if err != nil {
			t.Fatalf("%s: %v", selector, err)
		}
		return n
	}
	searched := chromedp.WaitReady(chromedp.CSS(`body[data-runs="1"]`))

	do("open", chromedp.Navigate(server.URL+"/"), at(""), searched)
	if title := text("#system"); title != "crossed.Crossed" {
		t.Errorf("the page shows %q", title)
	}
	// To the deadlock by hand: the mouse takes the first step, digits the rest.
	do("the first step", chromedp.Click(chromedp.CSS("#steps li:nth-child("+next(steps[0])+") button")), at(steps[0]))
	for k := 1; k < len(steps); k++ {
		do("step "+steps[k], chromedp.KeyEvent(next(steps[k])), at(strings.Join(steps[:k+1], ".")))
	}
	do("the deadlock", chromedp.WaitVisible(chromedp.CSS("#verdict.stuck")), chromedp.WaitReady(chromedp.CSS(".card:nth-child(1) .here")),
		chromedp.WaitReady(chromedp.CSS(".card:nth-child(2) .here")))
	if verdict, cards, chart := text("#verdict"), count(".card"), count("#chart .step"); !strings.Contains(verdict, "Deadlock") || cards != 2 || chart < len(steps) {
		t.Errorf("at the deadlock: verdict %q, %d components, %d rows in the chart", verdict, cards, chart)
	}

	// The link restores the view.
	do("reload", chromedp.Reload(), at(deadlock), chromedp.WaitVisible(chromedp.CSS("#verdict.stuck")))

	// Back and forth by keys and by the browser's own buttons.
	before := strings.Join(steps[:len(steps)-1], ".")
	do("back by key", chromedp.KeyEvent(kb.ArrowLeft), at(before))
	do("forth by key", chromedp.KeyEvent(kb.ArrowRight), at(deadlock))
	do("back in the browser", chromedp.Evaluate[chromedp.Void]("history.back()"), at(before))
	do("home", chromedp.KeyEvent(kb.Home), at(""))
	do("a step by Enter", chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter), at("1"))
	if where := text("#where"); !strings.Contains(where, "after 1 step") {
		t.Errorf("after a step the page says %q", where)
	}

	// The counterexample by key.
	do("jump", searched, chromedp.KeyEvent("d"), at(deadlock))
	if said := complaints.String(); said != "" {
		t.Errorf("the console is not empty:\n%s", said)
	}
	if file := os.Getenv("EXPLORE_PICTURE"); file != "" {
		picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// next is the digit that takes a step by its option number.
func next(option string) string { return string(option[0] + 1) }
