// Package schoolyear turns the school year of a province (毕业升级, P88, KT63) and undoes a
// turn while nothing rests on it. It keeps who came back to school at the beginning of a
// term (报到注册, P43), and which children a school has taken in while their record is
// outstanding (学籍未到, X9).
//
// It owns the turn that a province hands in, its dry run, the ranges of records that are
// its parts, the records that do not move with the reasons, and the classes that a turn has
// closed. The turn sets no grade: the grade of a year group follows from its year of entry
// (process.Policy.Grade). So a pupil who is suspended, abroad or missing meanwhile comes
// back to the right year group (D34).
//
// It does not own the lines of the history (package student writes them), nor the row, the
// progress and the stopping of a job (package job).
//
// Tables: year_turn, year_turn_part, year_turn_stay, year_turn_closed, check_in, check_in_notice,
// received_child.
//
// Laws and rules it keeps:
//   - law 2: a part is one transaction that is safe to repeat: a mark on each record says
//     that it was turned;
//   - law 7: nothing turns by itself; hard rule 27: from the first day of the school year;
//   - law 9: every record that stays is listed with a code that says what to do.
package schoolyear
