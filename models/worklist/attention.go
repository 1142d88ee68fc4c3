package worklist

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Reason is a reason, known to the register, why a running change needs attention.
type Reason string

// The reasons, in the order of urgency.
const (
	ReasonUnsettled      Reason = "unsettled"       // a slip is neither counted nor refused
	ReasonStartWaiting   Reason = "start_waiting"   // the workflow has not reported itself
	ReasonAsleep         Reason = "asleep"          // a reminder or deadline is due and not noted
	ReasonIdentitySilent Reason = "identity_silent" // the identity service does not answer
	ReasonStalled        Reason = "stalled"         // an automatic step makes no progress
	ReasonNobody         Reason = "nobody"          // nobody may decide
	ReasonNotApplied     Reason = "not_applied"     // the last approval could not be applied
	ReasonOverdue        Reason = "overdue"         // the people who may decide are late
)

// WaitsForIdentity reports whether the open step waits for the identity service.
func (s CaseStep) WaitsForIdentity() bool { return s.Problem == change.ObstacleNoAnswer }

// NotApplied reports whether the last approval of the open step could not be applied.
func (s CaseStep) NotApplied() bool { return s.Problem == change.ObstacleNotApplied }

// Reasons lists all reasons, the most urgent first.
func Reasons() []Reason {
	return []Reason{ReasonUnsettled, ReasonStartWaiting, ReasonAsleep, ReasonIdentitySilent, ReasonStalled, ReasonNobody, ReasonNotApplied, ReasonOverdue}
}

// AttentionKey is the place of a change in the order of urgency. The zero key lies before
// the first change.
type AttentionKey struct {
	Rank  int
	Since time.Time
	ID    uuid.UUID
}

// AttentionRow is a running change that needs attention, with its open step and the
// reasons. It says nothing about the pupil.
type AttentionRow struct {
	ChangeID     uuid.UUID
	CaseNo       string
	Kind         process.Kind
	ProvinceCode string
	StepNo       int
	Round        int
	StepName     string
	Role         org.Role
	OfficeCode   string
	OfficeName   string
	OpenedAt     time.Time
	DueAt        time.Time
	Slips        int64 // pending slips
	Rank         int
	Since        time.Time // of the oldest reason; when the step opened, where the register has none
	Reasons      []Reason  `gorm:"-"`
	// Nobody lists the tasks that nobody can decide, when that is the problem of the step.
	Nobody []change.StuckSeat `gorm:"-"`
}

// Key returns the place of the row in the order of urgency.
func (r AttentionRow) Key() AttentionKey {
	return AttentionKey{Rank: r.Rank, Since: r.Since, ID: r.ChangeID}
}

type attentionScan struct {
	AttentionRow
	ReasonList string
	NobodyJSON *string
}

const (
	attentionColumns = `c.id AS change_id, c.case_no, c.kind, c.province_code, c.step_no, c.round, s.name AS step_name, s.role,
		o.code AS office_code, o.name AS office_name, s.opened_at, s.due_at,
		(SELECT count(*) FROM slip l WHERE l.change_id = c.id AND l.outcome = ` + pendingWord + `) AS slips,
		CASE WHEN s.problem = ` + nobodyWord + ` THEN ` + change.StuckSeatsQuery + ` END AS nobody_json`
	attentionTables = ` JOIN step s ON s.change_id = c.id AND s.status = ` + openWord + ` JOIN organisation o ON o.id = s.office_id`
)

// Attention lists the running changes in scope that need attention after the given place,
// the most urgent first. An empty reason means all reasons. The worker role has no scope
// of its own: it names the root of the tree.
func Attention(t *store.Tx, only Reason, after AttentionKey, most int) ([]AttentionRow, error) {
	return readAttention(t, `SELECT `+attentionColumns+`, f.rank, f.since, f.reasons AS reason_list
		FROM attention_page(@now, @only, @rank, @since, @after, @most) f JOIN change c ON c.id = f.change_id`+attentionTables+` ORDER BY f.rank, f.since, f.change_id`,
		map[string]any{"now": t.Now(), "only": only, "rank": after.Rank, "since": after.Since, "after": after.ID, "most": most})
}

// ReadRunning reads the given changes in scope again, whatever their reasons. It leaves
// out those that have ended meanwhile.
func ReadRunning(t *store.Tx, ids []uuid.UUID) ([]AttentionRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return readAttention(t, `SELECT `+attentionColumns+`, 0 AS rank, s.opened_at AS since, '' AS reason_list FROM change c`+attentionTables+`
		WHERE c.id IN @ids AND c.status = `+runningWord+` ORDER BY c.id`, map[string]any{"now": t.Now(), "ids": ids})
}

func readAttention(t *store.Tx, query string, args map[string]any) ([]AttentionRow, error) {
	var rows []attentionScan
	if err := t.DB().Raw(query, args).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what needs attention: %w", err)
	}
	list := make([]AttentionRow, len(rows))
	for i, r := range rows {
		list[i] = r.AttentionRow
		list[i].Reasons = sortedReasons(r.ReasonList)
		var err error
		if list[i].Nobody, err = change.ParseStuckSeats(r.NobodyJSON); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// sortedReasons parses a list of reasons and sorts it by urgency.
func sortedReasons(text string) []Reason {
	have := map[Reason]bool{}
	for word := range strings.SplitSeq(text, ",") {
		have[Reason(word)] = true
	}
	var list []Reason
	for _, reason := range Reasons() {
		if have[reason] {
			list = append(list, reason)
		}
	}
	return list
}

// AttentionCounts counts all running changes in scope by reason.
func AttentionCounts(t *store.Tx) (map[Reason]int64, error) {
	var rows []struct {
		Reason  Reason
		Changes int64
	}
	if err := t.DB().Raw(`SELECT reason, changes FROM attention_counts(?)`, t.Now()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count what needs attention: %w", err)
	}
	counts := make(map[Reason]int64, len(rows))
	for _, r := range rows {
		counts[r.Reason] = r.Changes
	}
	return counts, nil
}

// WithoutReason returns the given changes for which the register knows no reason. Only
// Temporal can say what is wrong with them.
func WithoutReason(t *store.Tx, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var list []uuid.UUID
	err := t.DB().Raw(`SELECT c.id FROM change c WHERE c.id IN ? AND c.id NOT IN (SELECT change_id FROM attention_of(?)) ORDER BY c.id`,
		ids, t.Now()).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read what needs attention: %w", err)
	}
	return list, nil
}

// RunningStep is the step of a running change and the time since when it stands there.
type RunningStep struct {
	ID      uuid.UUID
	StepNo  int
	Round   int
	MovedAt time.Time
}

// RunningSteps lists all running changes in scope in pages, in the order of their IDs.
func RunningSteps(t *store.Tx, after uuid.UUID, most int) ([]RunningStep, error) {
	var list []RunningStep
	if err := t.DB().Raw(`SELECT id, step_no, round, moved_at FROM attention_standing(?, ?) ORDER BY id`, after, most).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("read running changes: %w", err)
	}
	return list, nil
}
