package browser

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// labelled finds the control of a label that begins with a text, once.
func (p *Page) labelled(ctx context.Context, label string) (runtime.RemoteObjectID, bool) {
	quoted, _ := json.Marshal(label) // of a string never fails
	found, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: `[...document.querySelectorAll('label')].find((l) => l.innerText.trim().startsWith(` + string(quoted) + `))?.control`,
	})
	if err != nil || found.Result == nil || found.Result.ObjectID == "" {
		return "", false
	}
	return found.Result.ObjectID, true
}

// Attach puts files from this computer into the file field with a label.
func (p *Page) Attach(label string, files ...string) {
	p.t.Helper()
	p.until("attach a file to “"+label+"”", func(ctx context.Context) bool {
		object, ok := p.labelled(ctx, label)
		if !ok {
			return false
		}
		_, err := chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: object})
		return err == nil
	})
}

// Choose takes an option of a list by its text, or a day of a date field, as 2026-11-20.
func (p *Page) Choose(label, value string) {
	p.t.Helper()
	quoted, _ := json.Marshal(value) // of a string never fails
	p.until("choose “"+value+"” for “"+label+"”", func(ctx context.Context) bool {
		object, ok := p.labelled(ctx, label)
		return ok && p.on(ctx, object, `function () {
			const option = [...(this.options ?? [])].find((o) => o.text === `+string(quoted)+`)
			if (this.options && !option) return false
			this.value = option ? option.value : `+string(quoted)+`
			this.dispatchEvent(new Event('input', { bubbles: true }))
			this.dispatchEvent(new Event('change', { bubbles: true }))
			return true
		}`) == "true"
	})
}

// Change takes an option, by its text, of the first list with a name that no label writes.
func (p *Page) Change(name, value string) {
	p.t.Helper()
	quoted, _ := json.Marshal(value) // of a string never fails
	p.until("choose “"+value+"” for “"+name+"”", func(ctx context.Context) bool {
		object, ok := p.find(ctx, "combobox", name)
		return ok && p.on(ctx, object, `function () {
			const option = [...this.options].find((o) => o.text === `+string(quoted)+`)
			if (!option) return false
			this.value = option.value
			this.dispatchEvent(new Event('change', { bubbles: true }))
			return true
		}`) == "true"
	})
}

// Pick takes the first of the radio buttons whose name contains a text.
func (p *Page) Pick(text string) {
	p.t.Helper()
	p.until("pick “"+text+"”", func(ctx context.Context) bool {
		quoted, _ := json.Marshal(text) // of a string never fails
		found, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
			Expression: `[...document.querySelectorAll('label')].find((l) => l.control?.type === 'radio' && l.innerText.includes(` + string(quoted) + `))?.control`,
		})
		return err == nil && found.Result != nil && found.Result.ObjectID != "" &&
			p.on(ctx, found.Result.ObjectID, `function () { this.click(); return this.checked }`) == "true"
	})
}
