package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Held is the answers to calls of a page that are on their way and do not arrive yet.
type Held struct {
	page *Page
	path string
}

// Hold keeps back the answers of the site to calls of a path; a question mark stands for any
// letter and a star for any letters, as in "/v1/inbox?limit=50*".
func (p *Page) Hold(path string) *Held {
	p.t.Helper()
	pattern := fetch.RequestPattern{URLPattern: p.origin + path, RequestStage: fetch.RequestStageResponse}
	_, err := chromedp.Call(p.ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{&pattern}})
	require.NoError(p.t, err)
	return &Held{page: p, path: path}
}

// Await waits until the site has given an answer with a status that is held.
func (h *Held) Await(status int64) {
	h.page.t.Helper()
	h.page.until("await an answer of "+h.path, func(context.Context) bool {
		for _, answer := range h.page.answers() {
			if answer.ResponseStatusCode == status {
				return true
			}
		}
		return false
	})
}

// Release lets everything arrive that was held, and holds nothing more.
func (h *Held) Release() {
	h.page.t.Helper()
	for _, answer := range h.page.answers() {
		_, err := chromedp.Call(h.page.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: answer.RequestID})
		require.NoError(h.page.t, err)
	}
	_, err := chromedp.Call(h.page.ctx, fetch.Disable, cdp.Empty{})
	require.NoError(h.page.t, err)
}

func (p *Page) answers() []*fetch.EventRequestPaused {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*fetch.EventRequestPaused(nil), p.paused...)
}
