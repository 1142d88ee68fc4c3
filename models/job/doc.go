// Package job keeps long set-based work (the second shape of work): the check and the
// effect of a large list and the turn of a school year, later number runs and exports.
//
// It owns the row of a job with its parts, their states, the progress that people see
// (rows done, rate, rest), cancelling and resuming. A kind of job is one function that
// does one part; a job of an unknown kind is refused. What a job must not leave half done it
// takes back when it stops (JobStopper).
//
// It does not own what a part does: the subject gives the function. It does not own the
// waiting and the order: workflows.Job asks for one part after the other on the task
// queue bulk, with a connection pool of its own, so that no clerk waits for it.
//
// Tables: job, job_part.
//
// Laws and rules it keeps:
//   - law 1: what is done stands in PostgreSQL; a job lost in Temporal goes on from there;
//   - law 2: each part is one transaction that is safe to repeat: a part done twice
//     changes nothing;
//   - law 4: a cancelled job is a result, no failed workflow;
//   - law 6: a workflow knows the ID of a job and counts, no row of it;
//   - law 10: a job is seen by the office that filed it and by its superiors; P8.
package job
