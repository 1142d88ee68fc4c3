package webhook

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
)

// Rules say which addresses may be sent to.
type Rules struct {
	// AllowHTTP takes http:// too: for development, where nothing is secret.
	AllowHTTP bool
	// AllowPrivate takes addresses of the own network, for a gateway that stands there.
	AllowPrivate bool
}

// Why an address is refused.
var (
	ErrAddress = errors.New("webhook: the address must be https, with a host and without a password or a fragment")
	ErrPrivate = errors.New("webhook: the address lies in the own network")
)

const longestURL = 500

// Check refuses an address that can never be sent to. What a name resolves to is
// judged when the connection is made, each time: it may change after this.
func (r Rules) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > longestURL || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return ErrAddress
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !r.AllowHTTP) {
		return ErrAddress
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if r.AllowPrivate {
		return nil
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return ErrPrivate
	}
	if ip, err := netip.ParseAddr(host); err == nil && !public(ip) {
		return ErrPrivate
	}
	return nil
}

// control is asked with the resolved address before a connection is made: a name
// that points into the own network, or begins to after it was checked, leads nowhere
// (server-side request forgery, DNS rebinding).
func (r Rules) control(_, address string, _ syscall.RawConn) error {
	if r.AllowPrivate {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ErrPrivate
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !public(ip) {
		return ErrPrivate
	}
	return nil
}

// special are the networks no gateway on the internet has (RFC 6890, and the ways
// IPv6 hides an IPv4 address in itself).
var special = sync.OnceValue(func() []netip.Prefix {
	var list []netip.Prefix
	for _, network := range []string{
		"0.0.0.0/8", "100.64.0.0/10", // of providers; clouds keep their metadata there
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96",                          // IPv4-compatible
		"64:ff9b::/96", "64:ff9b:1::/48", // NAT64
		"100::/64", "2001::/23", "2001:db8::/32", // Teredo and others, examples
		"2002::/16", "fec0::/10", // 6to4, site-local
	} {
		list = append(list, netip.MustParsePrefix(network))
	}
	return list
})

// public says whether an address is one of the internet.
func public(ip netip.Addr) bool {
	if ip.Zone() != "" {
		return false
	}
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, network := range special() {
		if network.Contains(ip) {
			return false
		}
	}
	return true
}
