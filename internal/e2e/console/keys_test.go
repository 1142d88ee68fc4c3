package console_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// keyboard works at a page without a mouse, and counts what is pressed besides the text.
type keyboard struct {
	t       *testing.T
	p       *browser.Page
	presses int
	papers  int
}

func (k *keyboard) press(key string) browser.Focus {
	k.t.Helper()
	k.presses++
	k.p.Press(key)
	at := k.p.Focused()
	for until := time.Now().Add(patience); !at.Seen && time.Now().Before(until); at = k.p.Focused() {
		// A place to begin is no control; the calendar inside a field for a day has a ring of its own.
		if slices.Contains([]string{"BODY", "H1", "MAIN", "SECTION"}, at.Tag) || at.Type == "date" {
			return at
		}
	}
	require.True(k.t, at.Seen, "the focus is not seen on %+v", at)
	return at
}

// fill fills in the field that has the focus.
func (k *keyboard) fill(at browser.Focus, value string) {
	k.t.Helper()
	switch {
	case at.Type == "file":
		k.presses++ // the window for files opens
		k.p.Hand(value)
		k.papers++
		k.p.ReadsTimes("移除 proof.png", k.papers)
	case at.Type == "date":
		if len(value) == 8 {
			value = value[:4] + "-" + value[4:6] + "-" + value[6:]
		}
		k.p.Press(value[5:7] + value[8:] + value[:4]) // the browser of the tests speaks English
	case at.Tag == "SELECT":
		for n := 0; at.Value != value; n++ {
			require.Less(k.t, n, 120, "%s has no choice %s", at.ID, value)
			at = k.press(browser.Down)
		}
	default:
		k.p.Write(value)
	}
	if at.Type != "file" {
		require.Eventually(k.t, func() bool { return k.p.Focused().Value == value }, patience, tick, at.ID)
	}
}

// A suspension takes at most 15 presses besides the text, from the head of the form on.
func TestASuspensionTakesFewKeys(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	paper := picture(t)
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/filing")
	p.Reads("请选择")
	k := &keyboard{t: t, p: p}
	k.press(browser.Tab)
	k.press(browser.Enter) // the link that skips the menu
	p.Settles()
	k.presses = 0

	require.Equal(t, "kind", k.press(browser.Tab).ID)
	at := k.press(browser.End)
	for at.Value != "SUSPENSION" {
		require.Less(t, k.presses, 15, "on %+v", at)
		at = k.press(browser.Up)
	}
	require.Equal(t, "pupil-name", k.press(browser.Tab).ID)
	p.Write(pupil.Name)
	k.press(browser.Enter)
	p.Reads("已选学生：" + pupil.Name)
	goes := func(to string) browser.Focus {
		t.Helper()
		require.Eventually(t, func() bool { return strings.HasSuffix(p.Focused().ID, to) }, patience, tick, to)
		return p.Focused()
	}
	k.fill(goes("reason_code"), "10")
	k.press(browser.Enter)
	k.fill(goes("from_date"), "2026-11-20")
	k.press(browser.Enter)
	k.fill(goes("until_date"), "2027-08-31")
	k.press(browser.Enter)
	k.fill(goes("GUARDIAN_APPLICATION"), paper)
	p.Reads("移除 proof.png")
	k.press(browser.Tab)
	k.press(browser.Tab)
	k.fill(goes("SUSPENSION_PROOF"), paper)
	p.ReadsTimes("移除 proof.png", 2)
	k.presses++
	p.PressCtrl(browser.Enter)
	p.Sees("button", "打印审批表")
	t.Logf("%d presses besides the text", k.presses)
	require.LessOrEqual(t, k.presses, 15)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'SUSPENSION' AND student_id = $1`, pupil.ID))
	require.Empty(t, p.Reports())
}
