package browser

import (
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// hear keeps what must never happen on a page: an exception, a complaint of the page to the
// console, and what the Content-Security-Policy or Trusted Types refused; and which calls are
// on their way.
func (p *Page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var text string
	switch e := event.(type) {
	case *fetch.EventRequestPaused:
		p.paused = append(p.paused, e)
	case *network.EventRequestWillBeSent:
		if p.frame == "" {
			p.frame = e.FrameID
		}
		if e.Type == network.ResourceTypeDocument && e.FrameID == p.frame { // what the page before was asking matters no more
			clear(p.calls)
			p.loader = e.LoaderID
		}
		if e.Type == network.ResourceTypeFetch && e.LoaderID == p.loader { // and what it still asks on its way out
			p.calls[e.RequestID] = true
		}
	case *network.EventResponseReceived:
		delete(p.calls, e.RequestID)
	case *network.EventLoadingFailed:
		delete(p.calls, e.RequestID)
	case *runtime.EventExceptionThrown:
		text = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		text = complaint(e)
	case *log.EventEntryAdded:
		// A refusal of the API is an answer; the browser calls it a failed resource.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			text = string(e.Entry.Source) + ": " + e.Entry.Text
		}
	}
	if text != "" {
		p.reports = append(p.reports, text)
	}
}

// complaint returns what a page tells the console as an error or a warning; a word that
// cannot be read is told nowhere else.
func complaint(e *runtime.EventConsoleAPICalled) string {
	if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
		return ""
	}
	said := []string{"console:"}
	for _, arg := range e.Args {
		said = append(said, string(arg.Value)+arg.Description)
	}
	return strings.Join(said, " ")
}

// Reports returns the exceptions, complaints and refused contents of the page so far.
func (p *Page) Reports() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.reports...)
}
