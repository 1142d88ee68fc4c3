package browser

import (
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// newer takes away what came after Chromium 86, the oldest browser of the offices. A page
// that uses any of it fails in a test of today's browser as it would fail there.
const newer = `(() => {
	const gone = [
		[Array.prototype, 'at findLast findLastIndex toReversed toSorted toSpliced with'], [Array, 'fromAsync'],
		[String.prototype, 'at isWellFormed toWellFormed'], [Object, 'hasOwn groupBy'], [Map, 'groupBy'], [Promise, 'withResolvers try'],
		[Object.getPrototypeOf(Int8Array.prototype), 'at findLast findLastIndex toReversed toSorted with'],
		[Crypto.prototype, 'randomUUID'], [AbortSignal, 'timeout any abort'], [AbortSignal.prototype, 'throwIfAborted'],
		[Element.prototype, 'checkVisibility setHTML setHTMLUnsafe getHTML'], [HTMLElement.prototype, 'showPopover hidePopover togglePopover'],
		[Set.prototype, 'union intersection difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom'],
		[URL, 'canParse parse'], [Intl, 'Segmenter DurationFormat'],
		[window, 'structuredClone scheduler navigation cookieStore EyeDropper CompressionStream'], [Document.prototype, 'startViewTransition'],
	]
	for (const [from, names] of gone) for (const name of names.split(' ')) delete from[name]
})()`

// Old makes the page that of Chromium 86; call it before Open.
func (p *Page) Old() *Page {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: newer})
	require.NoError(p.t, err)
	return p
}
