package browser

import (
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Kill closes the tab (Target.closeTarget). The page is not asked and can be used no more.
func (p *Page) Kill() {
	p.t.Helper()
	require.NoError(p.t, chromedp.Cancel(p.ctx))
}
