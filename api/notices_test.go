package api

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/org"
)

// Whatever the register leaves as a notice reads as a sentence in both languages.
func TestEveryNoticeHasWords(t *testing.T) {
	kinds := []string{change.EventNotApplied, change.EventNoAnswer, "ENDED_" + change.StatusEffective, "ENDED_" + change.StatusRefused, "ENDED_" + change.StatusWithdrawn, "ENDED_" + change.StatusClosed,
		string(change.VerbSupervise), string(change.VerbTakeBack)}
	said := regexp.MustCompile(`[nN]otify[A-Z][a-z]*\(c, "([A-Z_]+)"\)|markPaperFiles\(\w+, "([A-Z_]+)"|(?:[eE]vent(?:First|Second)Reminder|[eE]ventOverdue|[eE]ventTotalWarning|[nN]otice\w+|[sS]uspension\w+|[oO]bstacleNobody) += "([A-Z_0-9]+)"`)
	files, err := filepath.Glob("../models/*/*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			kinds = append(kinds, m[1]+m[2]+m[3])
		}
	}
	require.Greater(t, len(kinds), 18)
	for _, kind := range kinds {
		require.True(t, slices.Contains(notice.Kinds(), kind) || slices.Contains(notice.Kinds(), "ESCALATED_"+kind), kind)
	}
}

// notice leaves a notice about a fresh change of an office, for a role or for one person.
func (w *world) notice(at place, kind string, role org.Role, account uuid.UUID) uuid.UUID {
	w.t.Helper()
	change, _ := w.change(at, role)
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO notice (id, org_id, org_path, role, account_id, change_id, kind, step_no, round, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, nullif($5, '00000000-0000-0000-0000-000000000000'::uuid), $6, $7, 1, 1, $8)`,
		id, at.id, at.path, string(role), account, change, kind, w.clock.Now())
	return id
}

func (w *world) unread(who caller) (n int64) {
	w.t.Helper()
	var counts struct {
		Unread int64 `json:"unread_notices"`
	}
	w.must(200, who.token, call{method: "GET", path: "/v1/inbox/counts"}, &counts)
	return counts.Unread
}

func (w *world) notices(who caller, query string) (list []messages.NoticeView) {
	w.t.Helper()
	var page rest.Page[messages.NoticeView]
	w.must(200, who.token, call{method: "GET", path: "/v1/notices" + query}, &page)
	return page.Items
}

func TestNoticesAreReadByEachPersonAlone(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	ann, bob, registrar := w.login(school, org.SchoolLeader), w.login(school, org.SchoolLeader), w.login(school, org.SchoolRegistrar)
	first := w.notice(school, "REMINDED_80", org.SchoolLeader, uuid.Nil)
	w.hand.Advance(time.Second)
	mine := w.notice(school, "URGED", org.SchoolLeader, ann.account)
	require.EqualValues(t, 2, w.unread(ann))
	require.EqualValues(t, 1, w.unread(bob), "a notice for one person is nobody else's")
	require.Zero(t, w.unread(registrar), "nor another role's")

	list := w.notices(ann, "")
	require.Len(t, list, 2)
	require.Equal(t, mine, list[0].ID)
	require.True(t, list[0].Personal)
	require.Contains(t, list[1].Text, "“学校审核”办理期限将到，请尽快办理，截止 2026-12-04。")
	require.Equal(t, "办理期限将到", list[1].Title)
	require.Equal(t, "/v1/changes/"+list[1].ChangeID.String(), list[1].Address)

	var read, again messages.NoticeRead
	w.must(200, ann.token, call{method: "POST", path: "/v1/notices/" + first.String() + "/read"}, &read)
	w.hand.Advance(time.Hour)
	w.must(200, ann.token, call{method: "POST", path: "/v1/notices/" + first.String() + "/read"}, &again)
	require.Equal(t, read, again, "the first time stays")
	require.EqualValues(t, 1, w.unread(ann))
	require.EqualValues(t, 1, w.unread(bob))
	require.Len(t, w.notices(ann, "?unread=true"), 1)
	w.refused("not_found", bob.token, call{method: "POST", path: "/v1/notices/" + mine.String() + "/read"})
	w.refused("not_found", w.login(w.places["school2"], org.SchoolLeader).token, call{method: "POST", path: "/v1/notices/" + first.String() + "/read"})

	// What came after the list was shown stays unread.
	until := w.notices(ann, "")[0].CreatedAt
	w.notice(school, "SENT_BACK", org.SchoolLeader, uuid.Nil)
	var all messages.NoticesRead
	w.must(200, ann.token, call{method: "POST", path: "/v1/notices/read-all", body: m{"until": until}}, &all)
	require.EqualValues(t, 1, all.Read)
	require.EqualValues(t, 1, w.unread(ann))
	w.must(200, ann.token, call{method: "POST", path: "/v1/notices/read-all", body: m{}}, &all)
	require.EqualValues(t, 1, all.Read)
	require.Zero(t, w.unread(ann))
	require.EqualValues(t, 2, w.unread(bob))
}

// A kind this version has no words for, and a notice about no change, are shown all the same.
func TestUnknownNoticesAreShown(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	who := w.login(school, org.SchoolLeader)
	w.notice(school, "FROM_THE_FUTURE", org.SchoolLeader, uuid.Nil)
	w.hand.Advance(time.Second)
	w.exec(`INSERT INTO notice (id, org_id, org_path, role, account_id, kind, step_no, round, created_at)
		VALUES (gen_random_uuid(), $1, $2::text::ltree, 'SCHOOL_LEADER', $3, 'PROXY_GRANTED', 0, 0, $4)`, school.id, school.path, who.account, w.clock.Now())
	list := w.notices(who, "")
	require.Len(t, list, 2)
	require.Nil(t, list[0].ChangeID)
	require.Equal(t, "/v1/inbox", list[0].Address)
	require.Equal(t, "请您代理", list[0].Title)
	require.NotContains(t, list[0].Text, "：")
	require.Equal(t, "业务有新情况", list[1].Title)
	require.Contains(t, list[1].Text, "请打开查看")
}
