package messages_test

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

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// Whatever the register leaves as a notice reads as a sentence in both languages.
func TestEveryNoticeHasWords(t *testing.T) {
	kinds := []string{change.EventNotApplied, change.EventNoAnswer, "ENDED_" + change.StatusEffective, "ENDED_" + change.StatusRefused, "ENDED_" + change.StatusWithdrawn, "ENDED_" + change.StatusClosed,
		string(change.VerbSupervise), string(change.VerbTakeBack)}
	said := regexp.MustCompile(`[nN]otify[A-Z][a-z]*\(c, "([A-Z_]+)"\)|markPaperFiles\(\w+, "([A-Z_]+)"|(?:[eE]vent(?:First|Second)Reminder|[eE]ventOverdue|[eE]ventTotalWarning|[nN]otice\w+|[sS]uspension\w+|[oO]bstacleNobody) += "([A-Z_0-9]+)"`)
	files, err := filepath.Glob("../../models/*/*.go")
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

type m = map[string]any

// wire is a suspension that waits for the leader of school A, and about which people are
// told things.
type wire struct {
	*apitest.World

	change, task uuid.UUID
	told         int
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{World: apitest.New(t)}
	w.change, w.task = w.Change(storetest.SchoolA)
	return w
}

// tell leaves a notice for the leaders of a school, as a step or a deadline does.
func (w *wire) tell(school, kind string) (notice uuid.UUID) {
	w.T().Helper()
	return w.tellRole(school, kind, org.SchoolLeader)
}

func (w *wire) tellRole(at, kind string, role org.Role) (notice uuid.UUID) {
	w.T().Helper()
	w.told++ // each is of a round of its own
	w.MustIn(w.Worker, "", func(tx *change.Tx) error {
		return tx.NotifyRole(w.change, kind, 1, w.told, w.OfficeID(at), at, string(role))
	})
	return apitest.One[uuid.UUID](w.World, `SELECT id FROM notice WHERE kind = $1 AND round = $2`, kind, w.told)
}

// urge lets somebody claim the task, and the school remind them.
func (w *wire) urge(who apitest.Caller) (notice uuid.UUID) {
	w.T().Helper()
	path := "/v1/changes/" + w.change.String()
	w.Must(200, who.Token, apitest.Call{Method: "POST", Path: path + "/tasks/" + w.task.String() + "/claim", Key: uuid.NewString(), Body: m{}}, nil)
	w.Must(200, w.LogIn(who.At, org.SchoolRegistrar).Token, apitest.Call{Method: "POST", Path: path + "/reminder", Key: uuid.NewString(), Body: m{}}, nil)
	return apitest.One[uuid.UUID](w.World, `SELECT id FROM notice WHERE kind = 'URGED'`)
}

func unread(w *wire, who apitest.Caller) (n int64) {
	w.T().Helper()
	var counts struct {
		Unread int64 `json:"unread_notices"`
	}
	w.Must(200, who.Token, apitest.Get("/v1/inbox/counts"), &counts)
	return counts.Unread
}

func notices(w *wire, who apitest.Caller, query string) (list []messages.NoticeView) {
	w.T().Helper()
	var page rest.Page[messages.NoticeView]
	w.Must(200, who.Token, apitest.Get("/v1/notices"+query), &page)
	return page.Items
}

func TestNoticesAreReadByEachPersonAlone(t *testing.T) {
	w := newWire(t)
	school := storetest.SchoolA
	ann, bob, registrar := w.LogIn(school, org.SchoolLeader), w.LogIn(school, org.SchoolLeader), w.LogIn(school, org.SchoolRegistrar)
	others := unread(w, registrar)
	first := w.tell(school, "REMINDED_80")
	w.Hand.Advance(time.Second)
	mine := w.urge(ann)
	require.EqualValues(t, 2, unread(w, ann))
	require.EqualValues(t, 1, unread(w, bob), "a notice for one person is nobody else's")
	require.Equal(t, others, unread(w, registrar), "nor another role's")

	list := notices(w, ann, "")
	require.Len(t, list, 2)
	require.Equal(t, mine, list[0].ID)
	require.True(t, list[0].Personal)
	require.Contains(t, list[1].Text, "“学校审核”办理期限将到，请尽快办理，截止 2026-12-04。")
	require.Equal(t, "办理期限将到", list[1].Title)
	require.Equal(t, "/v1/changes/"+list[1].ChangeID.String(), list[1].Address)

	var read, again messages.NoticeRead
	w.Must(200, ann.Token, apitest.Post("/v1/notices/"+first.String()+"/read", nil), &read)
	w.Hand.Advance(time.Hour)
	w.Must(200, ann.Token, apitest.Post("/v1/notices/"+first.String()+"/read", nil), &again)
	require.Equal(t, read, again, "the first time stays")
	require.EqualValues(t, 1, unread(w, ann))
	require.EqualValues(t, 1, unread(w, bob))
	require.Len(t, notices(w, ann, "?unread=true"), 1)
	w.Refused("not_found", bob.Token, apitest.Post("/v1/notices/"+mine.String()+"/read", nil))
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolLeader).Token, apitest.Post("/v1/notices/"+first.String()+"/read", nil))

	// What came after the list was shown stays unread.
	until := notices(w, ann, "")[0].CreatedAt
	w.tell(school, "SENT_BACK")
	var all messages.NoticesRead
	w.Must(200, ann.Token, apitest.Post("/v1/notices/read-all", m{"until": until}), &all)
	require.EqualValues(t, 1, all.Read)
	require.EqualValues(t, 1, unread(w, ann))
	w.Must(200, ann.Token, apitest.Post("/v1/notices/read-all", m{}), &all)
	require.EqualValues(t, 1, all.Read)
	require.Zero(t, unread(w, ann))
	require.EqualValues(t, 2, unread(w, bob))
}

// A kind this version has no words for, and a notice about no change, are shown all the same.
func TestUnknownNoticesAreShown(t *testing.T) {
	w := newWire(t)
	school := storetest.SchoolA
	who := w.LogIn(school, org.SchoolLeader)
	w.tell(school, "FROM_THE_FUTURE")
	w.Hand.Advance(time.Second)
	w.Legacy(`INSERT INTO notice (id, org_id, org_path, role, account_id, kind, step_no, round, created_at)
		VALUES (gen_random_uuid(), $1, $2::text::ltree, 'SCHOOL_LEADER', $3, 'PROXY_GRANTED', 0, 0, $4)`, w.OfficeID(school), school, who.Account, w.Now())
	list := notices(w, who, "")
	require.Len(t, list, 2)
	require.Nil(t, list[0].ChangeID)
	require.Equal(t, "/v1/inbox", list[0].Address)
	require.Equal(t, "请您代理", list[0].Title)
	require.NotContains(t, list[0].Text, "：")
	require.Equal(t, "业务有新情况", list[1].Title)
	require.Contains(t, list[1].Text, "请打开查看")
}

// A form that connects a gateway offers every kind of notices, in words.
func TestTheKindsOfNoticesAreToldInWords(t *testing.T) {
	w := apitest.New(t)
	var list struct{ Items []messages.NoticeKind }
	w.Must(200, w.LogIn(storetest.Bureau, org.BureauSysadmin).Token, apitest.Get("/v1/notices/kinds"), &list)
	require.Len(t, list.Items, len(notice.Kinds()))
	require.Contains(t, list.Items, messages.NoticeKind{Kind: "OVERDUE", Label: "已逾期", Urgent: notice.Urgent("OVERDUE")})
}
