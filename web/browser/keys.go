package browser

import (
	"context"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// Keys that Press takes beside letters and digits.
const (
	Tab   = kb.Tab
	Enter = kb.Enter
	Down  = kb.ArrowDown
	Up    = kb.ArrowUp
	End   = kb.End
)

// PressCtrl presses a key together with Ctrl.
func (p *Page) PressCtrl(key string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// Write writes a text where the focus is, as an input method does.
func (p *Page) Write(text string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(p.t, err)
}

// Hand puts files into the file field that has the focus. The window in which people choose
// them belongs to their computer, not to the page.
func (p *Page) Hand(files ...string) {
	p.t.Helper()
	p.until("hand in a file where the focus is", func(ctx context.Context) bool {
		found, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: `document.activeElement`})
		if err != nil || found.Result == nil || found.Result.ObjectID == "" {
			return false
		}
		_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: found.Result.ObjectID})
		return err == nil
	})
}

// Focus is the element that has the focus.
type Focus struct {
	ID, Tag, Type, Value string
	// Seen tells whether a mark shows the focus, and the element stands on the screen.
	Seen bool
}

// Focused returns the element that has the focus.
func (p *Page) Focused() Focus {
	p.t.Helper()
	return Evaluate[Focus](p, `(() => {
		const e = document.activeElement, style = getComputedStyle(e), frame = e.closest('.el-input__wrapper, .el-textarea__inner')
		const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
		const framed = frame && getComputedStyle(frame).boxShadow.includes('31, 95, 184')
		const box = e.getBoundingClientRect()
		const there = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
		return { ID: e.id, Tag: e.tagName, Type: e.type ?? '', Value: e.value ?? '', Seen: !!(ring || framed) && there }
	})()`)
}
