package enrolment

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// State says how far a claim has come.
type State string

// The states of a claim (录取).
const (
	Claimed   State = "CLAIMED"   // waits for the bureau of the school
	Admitted  State = "ADMITTED"  // approved; holds a place of the plan
	Retrieved State = "RETRIEVED" // the file is held for the school (已调档)
	Final     State = "FINAL"     // the record is at the school
	Ended     State = "ENDED"     // came to nothing; the code or the reason says why
)

// States lists the states of a claim in their order.
func States() []State { return []State{Claimed, Admitted, Retrieved, Final, Ended} }

// open reports whether a claim is still to become final or to end.
func (s State) open() bool { return s == Claimed || s == Admitted || s == Retrieved }

// approved reports whether the bureau of the school has approved a claim.
func (s State) approved() bool { return s == Admitted || s == Retrieved || s == Final }

// Claim is the claim (录取) of a school on one graduate, as the sides of it see it; numbers
// are masked.
type Claim struct {
	ChangeID      uuid.UUID
	CaseNo        string
	LineNo        int
	SheetRow      int
	StudentID     uuid.UUID
	SchoolID      uuid.UUID
	School        string
	SchoolPath    string
	PlanYear      int
	Stage         org.Stage
	EntryYear     int
	FromSchool    uuid.UUID
	FromStage     org.Stage
	FromEntryYear int
	GraduatedOn   calendar.Date
	State         State
	Placed        bool
	Waits         refusal.Code
	Code          refusal.Code
	Reason        string
	SettledAt     *time.Time
	Tell          string

	Subject change.Subject `gorm:"-"`
	// Why is the refusal that ended the claim, or for which its retrieval waits; nil when a
	// person struck it, and while nothing stands against it.
	Why *refusal.Error `gorm:"-"`
}

const claimColumns = `a.change_id, c.case_no, a.line_no, a.sheet_row, a.student_id, a.school_id, o.name AS school, o.path::text AS school_path, a.plan_year, a.stage, a.entry_year,
	a.from_school, a.from_stage, a.from_entry_year, a.graduated_on, a.state, a.placed, a.waits, a.code, a.reason, a.settled_at, a.tell,
	a.subject::text AS subject_json, a.params::text AS params_json
	FROM admission a JOIN change c ON c.id = a.change_id JOIN organisation o ON o.id = a.school_id`

type claimRow struct {
	Claim
	SubjectJSON string
	ParamsJSON  string
}

func (r *claimRow) toClaim() (*Claim, error) {
	c := r.Claim
	if err := json.Unmarshal([]byte(r.SubjectJSON), &c.Subject); err != nil {
		return nil, fmt.Errorf("read a claim: %w", err)
	}
	if c.Code == "" && c.Waits != "" && c.State.open() {
		c.Why = refusal.New(c.Waits)
		return &c, nil
	}
	var err error
	if c.Why, err = refusal.Stored(c.Code, r.ParamsJSON); err != nil {
		return nil, fmt.Errorf("read a claim: %w", err)
	}
	return &c, nil
}

// readClaims reads claims by a condition on admission a.
func readClaims(t *store.Tx, where string, args ...any) ([]*Claim, error) {
	var rows []claimRow
	if err := t.DB().Raw(`SELECT `+claimColumns+` `+where, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	list := make([]*Claim, len(rows))
	for i := range rows {
		var err error
		if list[i], err = rows[i].toClaim(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ClaimsOf lists the claims of a change after a line, in their order. The refusal is
// not_found when the change is outside the scope.
func ClaimsOf(t *change.Tx, changeID uuid.UUID, after, most int) ([]*Claim, error) {
	if _, err := t.Read(changeID); err != nil {
		return nil, err
	}
	return readClaims(t.Tx, `WHERE a.change_id = ? AND a.line_no > ? ORDER BY a.line_no LIMIT ?`, changeID, after, most)
}

// ClaimFilter chooses claims for a list.
type ClaimFilter struct {
	School uuid.UUID // uuid.Nil for every school in scope
	Year   int
	State  State // "" for every state
}

// ClaimKey is the place of a claim in a list.
type ClaimKey struct {
	Change uuid.UUID `json:"c"`
	Line   int       `json:"l"`
}

// Claims lists the claims of a year that are in scope, by change and line.
func Claims(t *store.Tx, f ClaimFilter, after ClaimKey, most int) ([]*Claim, error) {
	where, args := `WHERE a.plan_year = @year AND (a.change_id, a.line_no) > (@change, @line)`,
		map[string]any{"year": f.Year, "change": after.Change, "line": after.Line, "school": f.School, "state": f.State, "most": most}
	if f.School != uuid.Nil {
		where += ` AND a.school_id = @school`
	}
	if f.State != "" {
		where += ` AND a.state = @state`
	}
	return readClaims(t, where+` ORDER BY a.change_id, a.line_no LIMIT @most`, args)
}
