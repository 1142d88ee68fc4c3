package config

import (
	"net/url"
	"strings"
)

// UI gives the address of the page of all workflows in Temporal's web interface;
// empty when no web interface is named.
func (t Temporal) UI() string {
	address := strings.TrimSuffix(t.UIAddress, "/")
	if address == "" {
		return ""
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	return address + "/namespaces/" + url.PathEscape(t.Namespace) + "/workflows"
}

// Page gives the address of the page of a workflow there, of one run where it is
// named; empty when no web interface is named.
func (t Temporal) Page(workflow, run string) string {
	page := t.UI()
	if page == "" || workflow == "" {
		return ""
	}
	page += "/" + url.PathEscape(workflow)
	if run != "" {
		page += "/" + url.PathEscape(run) + "/history"
	}
	return page
}
