// Package transfer moves pupils between schools: transfers (转学) filed by either school or
// as a list by a bureau, restoration of admission (恢复入学资格), return from abroad and study
// in another province after a graduation.
//
// It owns the search for a pupil of another school by name and number, the receiving and
// the releasing side of a filing, the lines of a list, the move of a record with what
// follows it, the view of the old school, and the paper file on its way. It gives the
// engine the Work of TRANSFER, SENIOR_TRANSFER, BATCH_TRANSFER, RESTORE_ADMISSION,
// RETURN_FROM_ABROAD and POST_GRADUATION_STUDY.
//
// It does not own the record and what belongs to it (package student: the list of what
// follows a record is collected, not written here), the seats of a class (package
// office), the rules of a transfer (package status), or arbitration between two schools
// that claim a pupil (package kinds).
//
// Tables: change_line, departure, handover. Another province's record is reached through
// this package only.
//
// Laws and rules it keeps:
//   - law 10: of a pupil of another office the minimum is told, by definer functions that
//     are audited and counted;
//   - law 5: each line of a list holds the slot of its pupil;
//   - law 8: receiving steps come from the receiving province, releasing steps from the other;
//   - domain 3.4.5 with KT50 to KT58 and the codes 2001 to 2003 (M6); KT22, KT38, KT39;
//     hard rules 1, 3, 24, 42; D2 to D5, D30, D31.
package transfer
