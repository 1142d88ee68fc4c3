// Package graduation ends a stage for the pupils of a graduating grade (毕业): a school's list
// with a conclusion for each pupil, its approval, the graduates of a school by year, and the
// roll-back (毕业生回退); and the certificates of the graduates (毕业证书, P87).
//
// It owns the lines of such a list, who of a grade could graduate and what stands against
// the others, and what the graduation does to the record. It gives the engine the Work of
// GRADUATION and GRADUATION_ROLLBACK.
//
// It does not own the record (package student), the rules about one pupil (package status),
// the enrolment of graduates into the next stage, or the clearing of running business of a
// graduating grade (package change).
//
// Tables: graduation_line, clearing_notice, certificate_stock, certificate.
//
// Laws and rules it keeps:
//   - law 2: a school hands in a list; the worker alone changes records, all lines of a list
//     in one transaction;
//   - law 5: each line holds the slot of its pupil; a pupil who is struck is free at once;
//   - KT60, KT61: compulsory stages graduate by the school's decision, senior high by that of
//     its bureau; only pupils at school graduate (P84), and what stands against a pupil is
//     told line by line (P85);
//   - KT62, W16: the graduation is undone at the school where it was; hard rule 26.
package graduation
