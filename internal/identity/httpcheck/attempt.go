package httpcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/xueji/xueji/internal/identity"
)

// most is how much of a response is read. An answer needs thirty bytes.
const most = 4 << 10

// attempt asks once.
func (c *Client) attempt(asker context.Context, asked []byte) (identity.Answer, error) {
	ctx, cancel := context.WithTimeout(asker, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(asked))
	if err != nil {
		return "", &failure{what: "the request cannot be made"}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return "", c.broke(asker, ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	switch {
	case response.StatusCode != http.StatusOK: // what it says beside is not read for meaning
		return "", status(response)
	case err != nil:
		return "", c.broke(asker, ctx, err)
	case len(text) > most:
		return "", &failure{what: fmt.Sprintf("what it said is longer than %d bytes", most)}
	}
	return parse(text)
}

// parse reads {"answer":"MATCH"}; other members are passed over. A verdict must
// be beyond doubt, so the name counts letter by letter, must stand there once,
// and nothing may follow the object. The error never repeats the text.
func parse(text []byte) (identity.Answer, error) {
	unreadable := &failure{what: "what it said is not the JSON object that was agreed"}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return "", unreadable
	}
	var found []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return "", unreadable
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return "", unreadable
		}
		if name == "answer" {
			word, _ := value.(string)
			found = append(found, word)
		}
	}
	if end, err := d.Token(); err != nil || end != json.Delim('}') || len(found) != 1 {
		return "", unreadable
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", unreadable
	}
	answer, err := identity.ParseAnswer(found[0])
	if err != nil {
		return "", &failure{what: "what it said is none of the known answers"}
	}
	return answer, nil
}

// checkAddress refuses an address to which questions must not be sent.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("identity service: the address must be a web address that begins with https://")
	case u.User != nil:
		return errors.New("identity service: the address must not hold a password; set the token instead")
	case u.Scheme == "http" && !onThisMachine(u.Hostname()):
		return errors.New("identity service: the address must begin with https://; only on this machine may names and numbers go without TLS")
	}
	return nil
}

func onThisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// checkToken refuses what cannot stand in a header.
func checkToken(token string) error {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("identity service: the token must consist of printable ASCII characters without spaces")
	}
	return nil
}
