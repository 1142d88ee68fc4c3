package browser

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

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
