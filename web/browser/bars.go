package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/axe.min.js
var axe string

// Audit fails the test for everything that axe finds serious or critical on the page as it
// is now: missing names, contrast, wrong roles. Contents of frames are not ours.
func (p *Page) Audit() {
	p.t.Helper()
	before := len(p.Reports())
	Evaluate[any](p, axe+"; void 0")
	found := Evaluate[[]string](p, `axe.run(document, { iframes: false, resultTypes: ['violations'] }).then((r) =>
		r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
			.map((v) => v.id + ' (' + v.impact + '): ' + v.nodes.map((n) => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')))`)
	if len(found) > 0 {
		p.Shot("audit")
	}
	require.Empty(p.t, found, "axe on %s", p.Address())
	p.mu.Lock() // the auditor's own doings are no fault of the page
	p.reports = p.reports[:before]
	p.mu.Unlock()
}

// Address returns where the page is.
func (p *Page) Address() string {
	p.t.Helper()
	return Evaluate[string](p, `location.href`)
}

// Wide returns by how many pixels the page is wider than the window.
func (p *Page) Wide() int {
	p.t.Helper()
	return Evaluate[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// InSight tells whether the whole of a control can be seen without scrolling.
func (p *Page) InSight(role, name string) bool {
	p.t.Helper()
	seen := ""
	p.until("see "+role+" “"+name+"”", func(ctx context.Context) bool {
		object, ok := p.find(ctx, role, name)
		if ok {
			seen = p.on(ctx, object, `function () { const b = this.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight && b.left >= 0 && b.right <= innerWidth }`)
		}
		return ok
	})
	return seen == "true"
}

// Kept returns everything the page leaves behind where another person might find it: address,
// title, history, storage, cookies a script can read.
func (p *Page) Kept() string {
	p.t.Helper()
	return Evaluate[string](p, `JSON.stringify([decodeURIComponent(location.href), document.title, history.state, { ...localStorage }, { ...sessionStorage }, document.cookie, document.referrer, window.name])`)
}

// Cookies returns the cookies of the site, those too that no script can read.
func (p *Page) Cookies() map[string]string {
	p.t.Helper()
	found, err := chromedp.Call(p.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{p.origin}})
	require.NoError(p.t, err)
	cookies := map[string]string{}
	for _, cookie := range found.Cookies {
		require.True(p.t, cookie.HTTPOnly, cookie.Name)
		cookies[cookie.Name] = cookie.Value
	}
	require.NotEmpty(p.t, cookies)
	return cookies
}

// codes are words of programs: no page for people shows them.
var codes = regexp.MustCompile(`\b[A-Z][A-Z]+(?:_[A-Z0-9]+)+\b|\b(?:undefined|null|NaN)\b|\[object `)

// Codes lists the codes that stand on the page where words should; what people typed and
// what they are called is left out.
func (p *Page) Codes(except ...string) []string {
	p.t.Helper()
	return codes.FindAllString(p.without(except), -1)
}

// latin are runs of English letters.
var latin = regexp.MustCompile(`[A-Za-z]{3,}`)

// Latin lists the English words on the page, but for what a Chinese page may show.
func (p *Page) Latin(except ...string) []string {
	p.t.Helper()
	return latin.FindAllString(p.without(except), -1)
}

// han are Chinese characters.
var han = regexp.MustCompile(`\p{Han}+`)

// Han lists the Chinese words on the page, but for what an English page may show.
func (p *Page) Han(except ...string) []string {
	p.t.Helper()
	return han.FindAllString(p.without(except), -1)
}

// without is the text of the page without some of it.
func (p *Page) without(except []string) string {
	text := p.Text()
	for _, known := range except {
		text = strings.ReplaceAll(text, known, " ")
	}
	return text
}

var sheet = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// Sheets prints the page on A4 and returns how many sheets that takes.
func (p *Page) Sheets() int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
	require.NoError(p.t, err)
	return len(sheet.FindAll(pdf, -1))
}

func decode(text string, into any) error { return json.Unmarshal([]byte(text), into) }

func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	return fmt.Sprint(value)
}
