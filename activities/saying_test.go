package activities_test

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/contract"
)

func (p *play) say(d deed) {
	p.serial++
	dice := rand.New(rand.NewPCG(d.Dice, uint64(p.serial)))
	tasks := p.crowd.tasks(p.t, p.change)
	verb := verbs()[dice.IntN(len(verbs()))]
	if ends := verb == change.VerbReject || verb == change.VerbWithdraw || verb == change.VerbClose; ends && dice.IntN(4) > 0 {
		verb = change.VerbAddSigner
	}
	var k taskRow
	if len(tasks) > 0 {
		k = tasks[dice.IntN(len(tasks))]
		if live := slices.IndexFunc(tasks, func(k taskRow) bool { return k.Status != "OPEN" }); dice.IntN(10) > 0 && live != 0 {
			k = tasks[dice.IntN(max(live, 1))]
		}
		if k.Status == "OPEN" && k.Step == 0 && dice.IntN(2) > 0 {
			verb = change.VerbResubmit
		}
		added := slices.IndexFunc(tasks, func(k taskRow) bool { return k.Added != nil && (k.Status == "OPEN" || k.Status == "WAITING") })
		switch {
		case verb == change.VerbRemoveSigner && added >= 0:
			k = tasks[added]
		case verb == change.VerbRemoveSigner && dice.IntN(4) > 0:
			verb = change.VerbAddSigner
		case (verb == change.VerbResubmit || verb == change.VerbAnswer) && k.Step != 0 && dice.IntN(4) > 0:
			verb = []change.Verb{change.VerbApprove, change.VerbDelegate, change.VerbSendBack}[dice.IntN(3)]
		}
		if k.Owner != nil && dice.IntN(2) > 0 {
			verb = []change.Verb{change.VerbAnswer, change.VerbAnswer, change.VerbRelease, change.VerbApprove}[dice.IntN(4)]
		}
	} else if verb.OnTask() {
		return
	}
	who := p.actor(dice, verb, k)
	w := change.NewSlip{ChangeID: p.change, Verb: verb, Step: contract.AnyStep, Opinion: "理由"}
	if verb.OnTask() {
		w.TaskID, w.Step, w.Round = k.ID, k.Step, k.Round
	}
	if k.Holder != nil {
		w.Body.From = *k.Holder
	}
	there := slices.DeleteFunc(p.there(k.Path), func(one person) bool { return one.id == who.id || !one.judges })
	if dice.IntN(10) == 0 {
		there = p.crowd.people
	}
	for range 1 + dice.IntN(2) {
		w.Body.To = append(w.Body.To, there[dice.IntN(len(there))].id)
	}
	if verb == change.VerbTransfer || verb == change.VerbDelegate || verb == change.VerbHandOver {
		w.Body.To = w.Body.To[:1]
	}
	w.Body.SendBackTo, w.Body.ToMe, w.Body.Before, w.Body.Advice = dice.IntN(max(k.Step, 1)), dice.IntN(2) == 0, dice.IntN(2) == 0, change.VerbApprove
	if !d.Blind && verb.OnTask() {
		err := p.crowd.app.InScope(context.Background(), store.Scope{Paths: []string{who.path}, Account: who.id}, func(tx *change.Tx) (err error) {
			w.OfficeID, w.Key = who.org, uuid.NewString()
			w.Step, w.Round, err = tx.CheckSlip(w)
			return err
		})
		if err != nil {
			var refused *refusal.Error
			require.ErrorAs(p.t, err, &refused, "people are told what to do")
			return
		}
	}
	s, err := p.handIn(who, w)
	if err != nil {
		var refused *refusal.Error
		require.ErrorAs(p.t, err, &refused)
		return
	}
	p.tell(d.By, s)
}

// actor is who does a deed: mostly somebody it is about, sometimes anybody.
func (p *play) actor(dice *rand.Rand, verb change.Verb, k taskRow) person {
	var about *uuid.UUID
	switch verb { //nolint:exhaustive // the others are anybody's at the task's office
	case change.VerbResubmit, change.VerbWithdraw, change.VerbRemind:
		return p.crowd.who([]string{"registrar", "registrar 2"}[dice.IntN(2)])
	case change.VerbClose, change.VerbSupervise:
		return p.crowd.who([]string{"city head", "county head"}[dice.IntN(2)])
	case change.VerbHandOver:
		return p.crowd.who([]string{"administrator", "principal", "county head"}[dice.IntN(3)])
	case change.VerbRemoveSigner:
		about = k.Added
	case change.VerbRelease:
		about = k.Owner
	case change.VerbTakeBack:
		about = p.lastDecider()
	}
	if about == nil {
		about = k.Holder
	}
	if i := slices.IndexFunc(p.crowd.people, func(one person) bool { return about != nil && one.id == *about }); i >= 0 && dice.IntN(5) > 0 {
		return p.crowd.people[i]
	}
	if dice.IntN(10) == 0 {
		return p.crowd.people[dice.IntN(len(p.crowd.people))]
	}
	there := p.there(k.Path)
	return there[dice.IntN(len(there))]
}

func (p *play) there(path string) []person {
	var list []person
	for _, one := range p.crowd.people {
		if one.path == path || path == "" {
			list = append(list, one)
		}
	}
	return list
}

// lastDecider is who decided last.
func (p *play) lastDecider() *uuid.UUID {
	var who *uuid.UUID
	_ = p.crowd.owner.QueryRow(context.Background(), `SELECT account_id FROM decision WHERE change_id = $1 ORDER BY decided_at DESC, slip_id DESC LIMIT 1`, p.change).Scan(&who)
	return who
}
