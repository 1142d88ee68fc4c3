// Package evidence keeps the papers (佐证材料) that people upload and attach to changes.
//
// It owns the row of an uploaded file and which file is attached to which change, as what
// kind, and in which round it came and was taken out.
//
// It does not own the content of a file, which lies encrypted in the file store
// (internal/files), or which papers a kind of change needs (package process).
//
// Tables: evidence, change_evidence.
//
// Laws and rules it keeps:
//   - law 10: an office attaches files of its own subtree, or of a case to which it is a
//     party; who opens a file is audited;
//   - law 9: each paper that cannot be attached is refused at its place in the request;
//   - a paper that was taken out stays readable, because somebody may have decided on it.
package evidence
