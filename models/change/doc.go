// Package change is the engine: it takes a filed change (学籍异动) from its filing to its
// end, whatever kind it is.
//
// It owns chains, steps (环节), tasks, seats, slips, decisions, slots and the timeline;
// sending back, taking back, claiming, delegating, added signers, reminders and
// supervision. It asks each kind through the interface Work what
// stands against a filing and what the change does to the register. NewEngine refuses a
// catalogue that names a kind without a Work.
//
// It does not own what a kind means: no branch on a kind stands here. It does not own the
// record (package student), the papers (package evidence), the rules of a chain (package
// process), whose turn it is among several signers (package countersign), the page of a
// change (package casepage), drafts and batches (package desk), or what waits for a reader
// (package worklist).
//
// Tables: change, change_party, change_event, change_value, change_revision, change_copy,
// step, task, slip, decision, slot, outbox.
//
// Laws and rules it keeps:
//   - laws 1, 2 and 3: a filing and a slip are what people write; the rest is written by
//     a workflow through one transaction that is safe to repeat;
//   - law 5: one running change per pupil, by the slot (异动中, P71);
//   - law 7: an overdue step reminds and is supervised (督办), and is never approved;
//   - law 8: chain, terms and evidence are frozen into the change at its filing;
//   - law 9: all findings against a filing at once; law 10: parties see a change;
//   - domain 3.7: the seven rules of every workflow; KT73: a refused case is filed again.
package change
