// Package browser drives a real browser in the tests of the console. It is the one package
// that knows chromedp. Controls are found as people and screen readers find them, by role and
// name; everything waits for what it needs and fails the test with what was missing.
package browser

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/animation"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
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

// Cut cuts the page off from a path of the site, or from everything with an empty path.
func (p *Page) Cut(path string) {
	p.t.Helper()
	pattern := ""
	if path != "" {
		pattern = p.origin + path
	}
	p.network(&network.Conditions{URLPattern: pattern, Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
}

// Mend ends what Cut did.
func (p *Page) Mend() {
	p.t.Helper()
	p.network()
}

func (p *Page) network(conditions ...*network.Conditions) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{})
	require.NoError(p.t, err)
	params := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: append([]*network.Conditions{}, conditions...)}
	_, err = chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, params)
	require.NoError(p.t, err)
}

// Click waits for a control with a role and a name, until nothing lies above it, and clicks
// it; again, when the page moved it away under the pointer.
func (p *Page) Click(role, name string) {
	p.t.Helper()
	p.clickTimes(role, name, 1)
}

// DoubleClick clicks twice, as people do who are used to it.
func (p *Page) DoubleClick(role, name string) {
	p.t.Helper()
	p.clickTimes(role, name, 2)
}

func (p *Page) clickTimes(role, name string, times int64) {
	p.t.Helper()
	p.until("click "+role+" “"+name+"”", func(ctx context.Context) bool {
		at, ok := p.point(ctx, role, name)
		if !ok {
			p.unfold(ctx, role, name)
			return false
		}
		p.click(ctx, at, times)
		return !p.missed(ctx)
	})
}

// unfold opens the group of the menu in which a link lies hidden, as people do who look for it.
func (p *Page) unfold(ctx context.Context, role, name string) {
	if role != "link" {
		return
	}
	quoted, _ := json.Marshal(name) // of a string never fails
	_, _ = chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: `(() => {
		const link = [...document.querySelectorAll('nav [data-group] a')].find((a) => !a.offsetParent && a.textContent.trim() === ` + string(quoted) + `)
		document.querySelector('nav [aria-expanded="false"][aria-controls="' + link?.parentElement.id + '"]')?.click()
	})()`}) // a page that is going away is asked again
}

// missed reports whether the last click fell beside the control it was meant for. A page that
// has gone was clicked.
func (p *Page) missed(ctx context.Context) bool {
	done, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "String(window.clickHit)"})
	return err == nil && done.Result != nil && string(done.Result.Value) == `"false"`
}

func (p *Page) click(ctx context.Context, at [2]float64, times int64) {
	p.t.Helper()
	for n := int64(1); n <= times; n++ {
		for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, ClickCount: n})
			require.NoError(p.t, err)
		}
	}
}

// Type clicks into a field with a name and writes a text over what is there, again when the
// page moved the focus meanwhile.
func (p *Page) Type(name, text string) {
	p.t.Helper()
	p.until("type into “"+name+"”", func(ctx context.Context) bool {
		at, ok := p.point(ctx, "textbox", name)
		if !ok {
			return false
		}
		p.click(ctx, at, 1)
		object, ok := p.find(ctx, "textbox", name)
		if !ok || p.on(ctx, object, `function () { this.select(); return document.activeElement === this }`) != "true" {
			return false
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err == nil && p.on(ctx, object, `function () { return this.value }`) == text
	})
}

// Press presses keys, such as "\r" for Enter or "\t" for the tabulator.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// Sees waits for a control or heading with a role and a name.
func (p *Page) Sees(role, name string) {
	p.t.Helper()
	p.until("see "+role+" “"+name+"”", func(ctx context.Context) bool {
		_, ok := p.find(ctx, role, name)
		return ok
	})
}

// Expanded waits until what a control unfolds is open.
func (p *Page) Expanded(role, name string) {
	p.t.Helper()
	p.until("find “"+name+"” open", func(ctx context.Context) bool {
		object, ok := p.find(ctx, role, name)
		return ok && p.on(ctx, object, `function () { return this.getAttribute('aria-expanded') }`) == "true"
	})
}

// Reads waits until a text stands on the page.
func (p *Page) Reads(text string) {
	p.t.Helper()
	p.until("read “"+text+"”", func(context.Context) bool { return strings.Contains(p.Text(), text) })
}

// ReadsTimes waits until a text stands on the page so many times.
func (p *Page) ReadsTimes(text string, times int) {
	p.t.Helper()
	p.until("read “"+text+"” often enough", func(context.Context) bool { return strings.Count(p.Text(), text) == times })
}

// Lacks waits until a text no longer stands on the page: an act is told as done
// before the page has read again what may be done now.
func (p *Page) Lacks(text string) {
	p.t.Helper()
	p.until("no longer read “"+text+"”", func(context.Context) bool { return !strings.Contains(p.Text(), text) })
}

// Settles waits until every call of the page to the API has its answer.
func (p *Page) Settles() {
	p.t.Helper()
	p.until("see the end of its calls", func(context.Context) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.calls) == 0
	})
}

// Focuses waits until the focus is on an element with a role.
func (p *Page) Focuses(role string) {
	p.t.Helper()
	p.until("find the focus on "+role, func(context.Context) bool {
		return Evaluate[string](p, `document.activeElement?.getAttribute('role') ?? ''`) == role
	})
}

// Shown waits until a picture with a name is not only there but drawn.
func (p *Page) Shown(name string) {
	p.t.Helper()
	p.until("look at the picture “"+name+"”", func(ctx context.Context) bool {
		object, ok := p.find(ctx, "image", name)
		return ok && p.on(ctx, object, `function () { return this.complete && this.naturalWidth > 0 }`) == "true"
	})
}

// Value returns what stands in a field.
func (p *Page) Value(name string) string {
	p.t.Helper()
	value := ""
	p.until("read the field “"+name+"”", func(ctx context.Context) bool {
		object, ok := p.find(ctx, "textbox", name)
		if ok {
			value = p.on(ctx, object, `function () { return this.value }`)
		}
		return ok
	})
	return value
}

// Holds waits until a field holds a text.
func (p *Page) Holds(name, text string) {
	p.t.Helper()
	p.until("find “"+text+"” in “"+name+"”", func(context.Context) bool { return p.Value(name) == text })
}

// Text returns all that can be read on the page.
func (p *Page) Text() string {
	p.t.Helper()
	return Evaluate[string](p, `document.body ? document.body.innerText : ''`)
}

// Evaluate runs an expression in a page and returns its value; of a promise, what it becomes.
func Evaluate[V any](p *Page, expression string) V {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err, expression)
	return value
}

// find looks for an element by role and name, once.
func (p *Page) find(ctx context.Context, role, name string) (runtime.RemoteObjectID, bool) {
	root, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document"})
	if err != nil || root.Result == nil {
		return "", false
	}
	found, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root.Result.ObjectID, Role: role, AccessibleName: name})
	if err != nil { // the document is being replaced
		return "", false
	}
	for _, node := range found.Nodes {
		if node.Ignored {
			continue
		}
		if object, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID}); err == nil && object.Object != nil {
			return object.Object.ObjectID, true
		}
	}
	return "", false
}

// point returns the middle of an element that can be clicked: on the screen, enabled, with
// nothing above it, and in no dialog that still comes in or goes away: it moves, and a click
// would be lost.
func (p *Page) point(ctx context.Context, role, name string) (at [2]float64, ok bool) {
	object, ok := p.find(ctx, role, name)
	if !ok {
		return at, false
	}
	text := p.on(ctx, object, `function () {
		if (this.disabled || this.closest('[class*="-enter-active"], [class*="-leave-active"]')) return ''
		this.scrollIntoView({ block: 'nearest' })
		const box = this.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2
		const top = document.elementFromPoint(x, y)
		if (!top || !(this.contains(top) || top.contains(this))) return ''
		const hit = (e) => this.contains(e.target) || e.target === top
		const moved = () => { const now = this.getBoundingClientRect(); return !this.isConnected || now.x !== box.x || now.y !== box.y }
		window.clickHit = false // until a click comes down on it, and up again
		document.addEventListener('mousedown', (e) => { window.clickHit = hit(e) }, { once: true, capture: true })
		document.addEventListener('mouseup', (e) => { if (!hit(e) && moved()) window.clickHit = false }, { once: true, capture: true })
		return JSON.stringify([x, y])
	}`)
	return at, decode(text, &at) == nil
}

// on calls a function on an element and returns its result as text; empty when the element is gone.
func (p *Page) on(ctx context.Context, object runtime.RemoteObjectID, function string) string {
	yes := true
	done, err := chromedp.Call(ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{ObjectID: object, FunctionDeclaration: function, ReturnByValue: &yes})
	if err != nil || done.Result == nil || done.ExceptionDetails != nil {
		return ""
	}
	var value any
	if decode(string(done.Result.Value), &value) != nil {
		return ""
	}
	return text(value)
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
