package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/xueji/xueji/workflows/contract"
)

// rules are what must hold of the register at any moment. Each query finds the
// rows that break a rule.
func rules() map[string]string {
	return map[string]string{
		"an open change has exactly one open step, where the change says it is": `SELECT c.case_no FROM change c
			LEFT JOIN step s ON s.change_id = c.id AND s.status = 'OPEN' AND s.no = c.step_no AND s.round = c.round
			WHERE c.status = 'RUNNING' GROUP BY c.id HAVING count(s.no) <> 1`,
		"an open step is automatic or has an open task": `SELECT c.case_no FROM step s JOIN change c ON c.id = s.change_id WHERE s.status = 'OPEN' AND (s.act = '') <> EXISTS (
			SELECT 1 FROM task k WHERE k.change_id = s.change_id AND k.step_no = s.no AND k.round = s.round AND k.status = 'OPEN')`,
		"no task is open without its step": `SELECT c.case_no FROM task k JOIN change c ON c.id = k.change_id WHERE k.status = 'OPEN' AND NOT EXISTS (
			SELECT 1 FROM step s WHERE s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round AND s.status = 'OPEN')`,
		"a closed change has no open step": `SELECT c.case_no FROM step s JOIN change c ON c.id = s.change_id
			WHERE s.status = 'OPEN' AND c.status <> 'RUNNING'`,
		"a running change about a pupil holds that pupil's slot": `SELECT c.case_no FROM change c WHERE c.status = 'RUNNING' AND c.student_id IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM slot l WHERE l.change_id = c.id AND (l.key = CASE c.kind WHEN 'ARBITRATION' THEN 'arbitration/' WHEN 'ADMISSION_ARBITRATION' THEN 'arbitration/' WHEN 'DEATH' THEN 'death/' ELSE 'student/' END || c.student_id
				OR l.key = 'beside/' || c.student_id AND c.kind IN ('KEY_DATA_CHANGE', 'CHANGE_CORRECTION')))`,
		"one change that decides about a record runs, and one that mends it beside one that waits for its day": `SELECT l.key FROM slot l JOIN slot b ON b.key = replace(l.key, 'student/', 'beside/')
			JOIN change c ON c.id = l.change_id WHERE l.key LIKE 'student/%' AND NOT EXISTS (SELECT 1 FROM change_event e WHERE e.change_id = c.id AND e.verb = 'APPROVED_AHEAD')`,
		"only running changes hold slots": `SELECT c.case_no FROM slot l JOIN change c ON c.id = l.change_id WHERE c.status <> 'RUNNING'`,
		"no slip is left lying with a change that has ended": `SELECT c.case_no FROM slip l JOIN change c ON c.id = l.change_id
			WHERE l.outcome = 'PENDING' AND c.status <> 'RUNNING'`,
		"a task is decided once": `SELECT c.case_no FROM decision d JOIN change c ON c.id = d.change_id GROUP BY c.id, d.task_id HAVING count(*) > 1`,
		"a decision rests on a counted slip of the same account": `SELECT c.case_no FROM decision d JOIN change c ON c.id = d.change_id
			LEFT JOIN slip l ON l.id = d.slip_id WHERE l.outcome IS DISTINCT FROM 'COUNTED' OR l.account_id <> d.account_id OR l.verb <> d.verdict`,
		"a counted decision is a decision": `SELECT c.case_no FROM slip l JOIN change c ON c.id = l.change_id
			WHERE l.outcome = 'COUNTED' AND l.verb IN ('APPROVE', 'REJECT', 'SEND_BACK') AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.slip_id = l.id)`,
		"who submits does not review": `SELECT c.case_no FROM decision d JOIN change c ON c.id = d.change_id WHERE d.account_id = c.filed_by AND d.step_no > 0
			AND NOT coalesce((c.definition #>> ARRAY['steps', (d.step_no - 1)::text, 'own'])::boolean, false)`,
		"a change takes effect once": `SELECT c.case_no FROM change c WHERE c.student_id IS NOT NULL
			AND c.kind NOT IN ('PROBLEM_CORROBORATION', 'ARBITRATION', 'ADMISSION_ARBITRATION', 'CHANGE_CORRECTION') -- they write beside the record
			AND (SELECT count(*) FROM student_history h WHERE h.change_id = c.id AND h.kind NOT LIKE '%\_OUT') <> CASE WHEN c.status = 'EFFECTIVE' THEN 1 ELSE 0 END`,
		"a record lies where its school is": `SELECT s.id::text FROM student s JOIN organisation o ON o.id = s.school_id WHERE s.org_path <> o.path
			OR s.class_id IS NOT NULL AND s.school_id <> (SELECT k.school_id FROM school_class k WHERE k.id = s.class_id)`,
		"a move leaves a backup and a paper file to hand over, a list for each of its pupils": `SELECT c.case_no FROM change c
			JOIN change_party p ON p.change_id = c.id AND p.side = 'OUT' JOIN change_party q ON q.change_id = c.id AND q.side = 'IN' AND q.org_id <> p.org_id
			WHERE c.kind NOT IN ('ARBITRATION', 'ADMISSION_ARBITRATION') AND c.definition ->> 'subject' <> 'OFFICE' AND (SELECT count(*) FROM departure d JOIN handover h USING (change_id, student_id) WHERE d.change_id = c.id)
				<> CASE WHEN c.definition ->> 'subject' = 'LIST' THEN (SELECT count(*) FROM change_line l WHERE l.change_id = c.id AND l.verdict = 'MOVED')
						+ (SELECT count(*) FROM admission a WHERE a.change_id = c.id AND (a.state = 'FINAL' OR a.code = 'enrol_file_returned'))
					WHEN c.status = 'EFFECTIVE' THEN 1 ELSE 0 END`,
		"a merger that is in force leaves no record at the absorbed school": `SELECT c.case_no FROM change c JOIN change_party p ON p.change_id = c.id AND p.side = 'OUT'
			JOIN student s ON s.school_id = p.org_id WHERE c.kind = 'SCHOOL_MERGER' AND c.status = 'EFFECTIVE'`,
		"a running list holds whom it lists, and nobody else": `SELECT c.case_no FROM change c JOIN change_line l ON l.change_id = c.id LEFT JOIN slot s ON s.key = 'student/' || l.student_id AND s.change_id = c.id
			WHERE (c.status = 'RUNNING' AND l.verdict = 'LISTED') <> (s.key IS NOT NULL)`,
		"a list that is in force has moved whom it lists": `SELECT c.case_no FROM change c JOIN change_line l ON l.change_id = c.id WHERE c.status = 'EFFECTIVE' AND l.verdict = 'LISTED'
			OR l.verdict = 'MOVED' AND (c.status <> 'EFFECTIVE' OR (SELECT count(*) FROM student_history h WHERE h.change_id = c.id AND h.student_id = l.student_id) <> 2)`,
		"a claim holds its graduate from the retrieval on, and not before": `SELECT c.case_no FROM change c JOIN admission a ON a.change_id = c.id LEFT JOIN slot s ON s.key = 'student/' || a.student_id AND s.change_id = c.id
			WHERE (a.state = 'RETRIEVED') <> (s.key IS NOT NULL)`,
		"an enrolment that has ended leaves no claim open": `SELECT c.case_no FROM change c JOIN admission a ON a.change_id = c.id WHERE c.status <> 'RUNNING' AND a.state IN ('CLAIMED', 'ADMITTED', 'RETRIEVED')
			OR a.state = 'FINAL' AND c.status <> 'EFFECTIVE'`,
		"a graduate has one school in a year": `SELECT student_id::text FROM admission WHERE state IN ('RETRIEVED', 'FINAL') GROUP BY student_id, plan_year HAVING count(*) > 1`,
		"a plan counts the claims that hold its places": `SELECT p.school_id::text FROM enrolment_plan p WHERE p.used <> (SELECT count(*) FROM admission a
			WHERE a.school_id = p.school_id AND a.stage = p.stage AND a.plan_year = p.year AND a.placed)`,
		"a running graduation holds whom it lists, and nobody else": `SELECT c.case_no FROM change c JOIN graduation_line l ON l.change_id = c.id LEFT JOIN slot s ON s.key = 'student/' || l.student_id AND s.change_id = c.id
			WHERE (c.status = 'RUNNING' AND l.verdict = 'LISTED') <> (s.key IS NOT NULL)`,
		"a graduation that is in force has graduated whom it lists, once": `SELECT c.case_no FROM change c JOIN graduation_line l ON l.change_id = c.id WHERE c.status = 'EFFECTIVE' AND l.verdict = 'LISTED'
			OR l.verdict = 'GRADUATED' AND (c.status <> 'EFFECTIVE' OR (SELECT count(*) FROM student_history h WHERE h.change_id = c.id AND h.student_id = l.student_id) <> 1)`,
		"a graduate stands in a list that was not undone": `SELECT s.id::text FROM student s WHERE s.enrol_status IN ('GRADUATED', 'COMPLETED', 'INCOMPLETE')
			AND NOT EXISTS (SELECT 1 FROM graduation_line l WHERE l.student_id = s.id AND l.stage = s.stage AND l.verdict = 'GRADUATED' AND l.undone_at IS NULL AND l.conclusion = s.enrol_status)`,
		"no number is written in the clear": `SELECT 'change ' || change_id FROM change_value WHERE after ~ '[0-9]{17}' OR before ~ '[0-9]{17}'
			UNION SELECT 'slip ' || id FROM slip WHERE body::text ~ '[0-9]{17}[0-9X]"' UNION SELECT 'change ' || id FROM change WHERE inputs::text || subject::text ~ '[0-9]{17}[0-9X]"'`,
		"a record is flagged for what stands against it": `SELECT p.id::text FROM student_problem p JOIN student s ON s.id = p.student_id
			WHERE p.state = 'OPEN' AND NOT p.kind = ANY (s.problem_flags)`,
		"a struck change was corrected, and its lines with it": `SELECT c.case_no FROM change c JOIN change k ON k.id = c.struck_by
			WHERE k.kind <> 'CHANGE_CORRECTION' OR k.status <> 'EFFECTIVE' OR EXISTS (SELECT 1 FROM student_history h WHERE h.change_id = c.id AND h.struck_at IS NULL)`,
		"a class counts who holds a seat in it": `SELECT k.name FROM school_class k
			WHERE k.occupied <> (SELECT count(*) FROM student s WHERE s.class_id = k.id AND s.holds_seat)`,
	}
}

// Agree checks that the register holds together, and, while workers run, that
// every workflow stands where the register says and none runs for a change that
// has ended. New checks it at the end of every test.
func (s *Stack) Agree() {
	s.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's own context has ended in a cleanup
	defer cancel()
	for rule, query := range rules() {
		rows, err := s.DB.Query(ctx, query)
		if err != nil {
			s.T.Errorf("%s: %v", rule, err)
			continue
		}
		for rows.Next() {
			var which string
			if err := rows.Scan(&which); err != nil {
				s.T.Errorf("%s: %v", rule, err)
			}
			s.T.Errorf("rule broken: %s: %s", rule, which)
		}
		rows.Close()
	}
	if s.worker == nil {
		return
	}
	engine, err := sdk.NewLazyClient(sdk.Options{HostPort: s.Config.Temporal.Address, Namespace: s.Config.Temporal.Namespace, Logger: silent{}})
	if err != nil {
		s.T.Errorf("engine: %v", err)
		return
	}
	defer engine.Close()
	var apart string
	for apart = s.apart(ctx, engine); apart != ""; apart = s.apart(ctx, engine) {
		select {
		case <-ctx.Done():
			s.T.Errorf("register and workflows stay apart: %s", apart)
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// apart names the first difference between the register and the workflows.
func (s *Stack) apart(ctx context.Context, engine sdk.Client) string {
	rows, err := s.DB.Query(ctx, `SELECT c.id::text, c.case_no, c.status, c.step_no, c.round,
		(SELECT count(*) FROM slip l WHERE l.change_id = c.id AND l.outcome = 'PENDING') FROM change c`)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id, no, status       string
			step, round, pending int
		)
		if err := rows.Scan(&id, &no, &status, &step, &round, &pending); err != nil {
			return err.Error()
		}
		if pending > 0 {
			return fmt.Sprintf("%s has %d slips neither counted nor refused", no, pending)
		}
		if status != "RUNNING" {
			if d, err := engine.DescribeWorkflowExecution(ctx, contract.WorkflowID(id), ""); err == nil &&
				d.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
				return no + " has ended, its workflow still runs"
			}
			continue
		}
		var at contract.Position
		value, err := engine.QueryWorkflow(ctx, contract.WorkflowID(id), "", contract.QueryPosition)
		if err == nil {
			err = value.Get(&at)
		}
		if err != nil {
			return no + ": " + err.Error()
		}
		if at.Step != step || at.Round != round {
			return fmt.Sprintf("%s is at %d/%d, its workflow at %d/%d", no, step, round, at.Step, at.Round)
		}
	}
	return ""
}

// Nowhere fails when one of the words stands in a text.
func Nowhere(t testing.TB, where, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if word != "" && strings.Contains(text, word) {
			t.Errorf("%q stands in %s", word, where)
		}
	}
}
