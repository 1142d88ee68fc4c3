package bench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/process"
)

// shape is what a kind of change asks of the engine. The bare engine runs cases
// of the same shape with nothing in them.
type shape struct {
	Decisions int
	// Errand is the decision, counted from 1, before which an automatic step runs
	// as a regular activity; 0 means that the system has nothing to do by itself.
	Errand int
	// Regular makes the bare engine count decisions by regular activities; Xueji
	// never does.
	Regular bool
}

// scene is one kind of change the bench decides: data, and the one function that
// writes what a filing says beside kind and evidence.
type scene struct {
	name   string // as Options.Modes names it
	title  string // as the report does
	kind   process.Kind
	shape  shape
	papers []string // kinds of evidence
	body   func(x *xueji, d *desk, p *pupil) (map[string]any, error)
	// inForce is the condition under which the register itself says that a case
	// did what it was for: d is the pupil with the number that was asked for, s the
	// record, c the change.
	inForce string
	// first scenes have the goals of the first version, and are compared with
	// regular activities too.
	first bool
	// signed scenes are countersigned at the school and decided by a proxy at the bureau.
	signed bool
}

func scenes() []scene {
	return []scene{
		{
			name: "suspension", title: "suspensions", kind: process.Suspension, shape: shape{Decisions: 2}, first: true,
			papers: []string{"GUARDIAN_APPLICATION", "SUSPENSION_PROOF"}, body: suspend,
			inForce: `s.enrol_status = 'SUSPENDED' AND EXISTS (SELECT 1 FROM suspension u WHERE u.change_id = c.id)`,
		},
		{
			name: "transfer", title: "transfers between provinces", kind: process.Transfer, shape: shape{Decisions: 4, Errand: 3},
			papers: []string{"GUARDIAN_APPLICATION", "RESIDENCE_PROOF"}, body: receive,
			inForce: `s.enrol_status = 'ENROLLED' AND s.school_id = c.org_id AND s.org_path = c.org_path
				AND EXISTS (SELECT 1 FROM school_class k WHERE k.id = s.class_id AND k.school_id = c.org_id)
				AND EXISTS (SELECT 1 FROM student_history h WHERE h.change_id = c.id AND h.kind = 'TRANSFER_IN' AND h.org_path = c.org_path)
				AND EXISTS (SELECT 1 FROM student_history h WHERE h.change_id = c.id AND h.kind = 'TRANSFER_OUT' AND h.org_path <> c.org_path)`,
		},
		{
			name: "keydata", title: "changes of key data", kind: process.KeyDataChange, shape: shape{Decisions: 2, Errand: 1},
			papers: []string{"IDENTITY_PROOF"}, body: correct,
			inForce: `s.id_type = '1' AND s.id_hash = d.card AND s.identity_state = 'MATCH'`,
		},
		{
			name: "countersign", title: "countersigned leavings, decided by a proxy", kind: process.OtherLeaving, shape: shape{Decisions: 3}, signed: true,
			papers: []string{"GUARDIAN_APPLICATION"}, body: leave,
			inForce: `s.enrol_status = 'OTHER_LEFT' AND EXISTS (SELECT 1 FROM decision x WHERE x.change_id = c.id AND x.for_account IS NOT NULL)`,
		},
	}
}

// Modes lists what Options.Modes may name.
func Modes() []string {
	var names []string
	for _, s := range scenes() {
		names = append(names, s.name)
	}
	return names
}

// Check tells what is wrong with the options before any server starts for them.
func (o Options) Check() error {
	_, err := o.scenes()
	return err
}

// scenes are those the options name, in the order of Modes.
func (o Options) scenes() ([]scene, error) {
	if o.NoCases {
		return nil, nil
	}
	for _, name := range o.Modes {
		if !slices.Contains(Modes(), name) {
			return nil, fmt.Errorf("there is no mode %q; name some of %s", name, strings.Join(Modes(), ","))
		}
	}
	list := slices.DeleteFunc(scenes(), func(s scene) bool { return !slices.Contains(o.Modes, s.name) })
	if len(list) == 0 {
		return nil, fmt.Errorf("no mode is named; name some of %s, or leave the cases out", strings.Join(Modes(), ","))
	}
	return list, nil
}

// suspend asks for a suspension (休学) from the next school day on.
func suspend(_ *xueji, d *desk, p *pupil) (map[string]any, error) {
	return map[string]any{
		"student_id": p.id,
		"inputs":     map[string]string{"reason_code": "10", "from_date": d.firstDay, "until_date": d.expectEnd},
	}, nil
}

// leave says that a pupil goes (其他离校).
func leave(_ *xueji, _ *desk, p *pupil) (map[string]any, error) {
	return map[string]any{"student_id": p.id, "inputs": map[string]string{"reason": "随父母外出"}}, nil
}

// receive claims the pupil of another province by name and student number (转学).
func receive(_ *xueji, d *desk, p *pupil) (map[string]any, error) {
	return map[string]any{
		"pupil":  map[string]string{"name": pupilName, "student_number": p.number},
		"inputs": map[string]string{"class_id": d.seat(p.year).String(), "reason": "父母工作调动"},
	}, nil
}

// correct asks for a citizen identity number that nobody has (关键数据变更), with
// the birth date and the sex it states.
func correct(x *xueji, _ *desk, p *pupil) (map[string]any, error) {
	card, err := x.land.card()
	if err != nil {
		return nil, err
	}
	p.card = x.land.keys.Hash("identity", card.Reveal())
	return map[string]any{
		"student_id": p.id, "inputs": map[string]string{"reason": "户籍更正"},
		"values": map[string]string{
			"id_type": "1", "id_number": card.Reveal(), "birth_date": card.Birth().Compact(), "sex": fmt.Sprint(int(card.Sex())),
		},
	}, nil
}
