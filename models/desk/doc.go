// Package desk keeps what people have at their desks beside the changes themselves:
// opinions and filings that were begun, requests that act on many tasks at once, the colleagues
// whom a task can be given to, and the ended cases that an office took off its list.
//
// It owns drafts, the stored part of a batch request, and dismissals. It says which
// changes fit one batch and which tasks a person holds.
//
// It does not own what happens to a change: each act of a batch is a slip of its own, and
// package change counts or refuses it.
//
// Tables: opinion_draft, filing_draft, batch_request, change_dismissal.
//
// Laws and rules it keeps:
//   - law 2: a person writes a draft, a request or a dismissal; nothing here moves a change;
//   - law 9: an act that was refused before it became a slip stays refused under its key,
//     with its reason;
//   - law 10: nobody but the author reads a draft;
//   - KT73: an office may take an ended case off its list; the case stays for everybody else.
package desk
