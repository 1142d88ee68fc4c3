package httpcheck_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/httpcheck"
	"github.com/xueji/xueji/internal/identity/simulator"
)

var errNamed = errors.New("closed the page of " + person)

// A gateway that repeats the question in every place it can, and an address
// with a key in its query: none of it is in an error or a log.
func TestNothingPersonalIsToldOrLogged(t *testing.T) {
	var shown bytes.Buffer
	before, flags := log.Writer(), log.Flags()
	log.SetOutput(&shown) // where net/http complains
	t.Cleanup(func() { log.SetOutput(before); log.SetFlags(flags) })
	logger := slog.New(slog.NewTextHandler(&shown, nil))

	q := question(t, simulator.Matches)
	said := fmt.Sprintf(`{"name":"%s","id_number":"%s","answer":"%s"}`, q.Name, q.Number.Reveal(), q.Name)
	whole := func(line string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nX-Asked: %s\r\nLocation: http://127.0.0.1:1/?%s\r\nContent-Length: %d\r\n\r\n%s", line, said, said, len(said), said)
	}
	for _, raw := range []string{
		whole("200 OK"), whole("302 Found"), whole("401 " + said), whole("422 " + said), whole("500 " + said),
		"HTTP/1.1 " + said + "\r\n\r\n", said, said + "\r\n\r\n", "HTTP/1.1 200 OK\r\n" + said + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + said + "\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + said,
	} {
		c := client(t, httpcheck.Options{URL: spoken(t, raw) + "/check?key=querysecret", Token: "tokensecret", Retries: 1, Pause: time.Millisecond})
		_, err := c.Check(t.Context(), q)
		require.ErrorIs(t, err, identity.ErrNoAnswer, raw)
		logger.Info("asked", "error", err, "question", q)
		_, _ = fmt.Fprintf(&shown, "%v %+v %#v %s\n", err, err, err, q)
	}
	// More than was announced, behind a good answer.
	c := client(t, httpcheck.Options{URL: spoken(t, "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{\"answer\":\"MATCH\"}"+said)})
	for range 5 {
		_, err := c.Check(t.Context(), q)
		require.NoError(t, err)
	}
	require.Contains(t, shown.String(), "gave no answer")
	for _, secret := range []string{q.Name, q.Number.Reveal(), q.Number.Reveal()[6:14], "secret", "127.0.0.1", "check?"} {
		require.NotContains(t, shown.String(), secret)
	}
}

// spoken gives the address of a server that says one text to everybody.
func spoken(t *testing.T, text string) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 16<<10)
			_, _ = conn.Read(request)
			_, _ = io.WriteString(conn, text)
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
			_, _ = io.Copy(io.Discard, conn) // until the client closed
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}
