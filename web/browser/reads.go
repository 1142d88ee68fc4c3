package browser

import (
	"context"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

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
