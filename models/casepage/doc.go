// Package casepage reads the page of a change: everything that a party sees of it, and
// what the party may do with it.
//
// It owns the views of steps, tasks, the timeline, the papers, the key items and the
// revisions, and the rule who reads a number of a running change in full. What only one
// kind shows comes from its Work, which is then a Pager or a Revealer.
//
// It does not own a fact: it writes no table but the audit trail. Who may decide a task is
// judged by package change; lists of many changes belong to package worklist.
//
// Tables: none; it reads those of change and evidence.
//
// Laws and rules it keeps:
//   - law 1: the page is read from PostgreSQL, never from Temporal;
//   - law 9: a task that the reader may not decide says why;
//   - law 10: a party sees the change and not the record; numbers are masked, and the one
//     who must compare a number with the paper reads it in full, which is audited.
package casepage
