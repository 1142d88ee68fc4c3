// Package enrolment brings graduates into the next stage (招生入学): the claims of schools on
// graduates and what becomes of them.
//
// It owns the claim (录取): filed by a school's sheet (自主招生) or by the bureau's list (统一招生),
// approved by the bureau of the school, retrieved (调档) and final; the reading of the sheet;
// the withdrawal of a file (退档), the deferral of a graduate (缓学), and the list of graduates
// without a school. It gives the engine the Work of SELF_ENROLMENT, UNIFIED_ENROLMENT and
// ENROLMENT_WITHDRAWAL.
//
// It does not own the graduation (package graduation), the plan and its places (package
// office), the record and what follows it (package student), the rules of a place (package
// status), the placing into classes, or the arbitration of two admissions (package kinds).
//
// Tables: admission, enrolment_deferral.
//
// Laws and rules it keeps:
//   - architecture "Admission is no change of status": a claim holds no slot; several schools
//     may claim a graduate; retrieval takes the slot line by line;
//   - law 2: the application hands claims in, the worker says what becomes of them;
//   - law 10: of a graduate of another office the minimum is told, by a definer function, and
//     names that fit no number are counted as look-ups;
//   - domain KT20, KT21, KT23, KT26, KT27; P38, P39, P41, P44, P46, P47, P69; W13;
//     hard rules 29 and 30.
package enrolment
