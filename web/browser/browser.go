// Package browser drives a real browser in the tests of the console. It is the one package
// that knows chromedp. Controls are found as people and screen readers find them, by role and
// name; everything waits for what it needs and fails the test with what was missing.
package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/animation"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is how long a page may take to show what a test waits for.
const patience = 20 * time.Second

// Browser is a browser of a test. It has nothing of the person who runs the tests: no
// profile, no extensions, no calls of its own.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// Start starts a browser and ends it after the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("no-sandbox", os.Geteuid() == 0), // Chromium refuses to run as root inside its sandbox
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1366, 768), // the smallest screen of the offices
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		require.NoError(t, err, "the browser did not start: tools/browser.sh installs it or says how")
	}
	return &Browser{t: t, ctx: ctx}
}

// Page is one tab with cookies and storage of its own.
type Page struct {
	t      testing.TB
	ctx    context.Context
	origin string

	mu      sync.Mutex
	reports []string
	paused  []*fetch.EventRequestPaused // by Hold
	calls   map[network.RequestID]bool  // on their way
	frame   cdp.FrameID                 // of the page itself
	loader  cdp.LoaderID                // of the document that asks
}

// Page opens an empty tab of somebody who was never there, for the site at an origin such as
// http://127.0.0.1:8080.
func (b *Browser) Page(origin string) *Page {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	p := &Page{t: b.t, ctx: ctx, origin: origin, calls: map[network.RequestID]bool{}}
	require.NoError(p.t, chromedp.Listen(ctx, p.hear))
	p.do(chromedp.EmulateViewport(1366, 768))
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Enable, runtime.Enable, animation.Enable} {
		p.call(func() error { _, err := chromedp.Call(ctx, enable, cdp.Empty{}); return err })
	}
	p.call(func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err })
	p.call(func() error {
		_, err := chromedp.Call(ctx, animation.SetPlaybackRate, animation.SetPlaybackRateParams{PlaybackRate: 100})
		return err
	})
	return p
}

// Zoom makes the page that of a screen of 1366 × 768 which is read at so many per cent.
func (p *Page) Zoom(percent int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(1366*100/percent, 768*100/percent, chromedp.EmulateScale(float64(percent)/100)))
}

// Open goes to a path of the site.
func (p *Page) Open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.origin + path))
}

// until asks again until a condition holds; a screenshot is kept when it never does.
func (p *Page) until(what string, holds func(context.Context) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds(ctx) {
		select {
		case <-ctx.Done():
			p.Shot("failed")
			require.FailNow(p.t, "the page does not let me "+what, "it reads:\n%s\nreports: %v", p.Text(), p.Reports())
		case <-tick.C:
		}
	}
}

func (p *Page) do(action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, action))
}

func (p *Page) call(call func() error) {
	p.t.Helper()
	require.NoError(p.t, call())
}

// Shot keeps a picture of the page, as high as the page is, in the folder shots beside the
// test, which git ignores.
func (p *Page) Shot(name string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(p.t, err)
	require.NoError(p.t, os.MkdirAll("shots", 0o750))
	require.NoError(p.t, os.WriteFile(filepath.Join("shots", strings.ReplaceAll(p.t.Name(), "/", "-")+"-"+name+".png"), picture, 0o600))
}
