package browser

import (
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

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
