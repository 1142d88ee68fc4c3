// Package worklist reads what waits for whom: the inbox of a person, the cases of an
// office, what needs attention, and what an operator must know of a case.
//
// It owns the questions, and the counts beside them. It also reads the outbox and the
// running changes for the relay and for reconciliation, which internal/upkeep does.
//
// It does not own a fact: it writes no table. What somebody may do with a task is decided
// by package change when the slip is counted, and by the API before.
//
// Tables: none; it reads those of account, office, student, change and transfer.
//
// Laws and rules it keeps:
//   - law 1: every list is read from PostgreSQL, never from Temporal;
//   - law 7: what is overdue is shown to the office and to its superior bureau (督办);
//   - law 10: a list shows what row-level security lets the reader see; a task of another
//     person is the reader's only as a proxy;
//   - P8: what waits is shown at once; a list is one range of an index, whatever the office.
package worklist
