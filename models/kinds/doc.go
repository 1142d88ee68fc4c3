// Package kinds is the one list of all kinds of change, and holds the Work of those that
// need no package of their own.
//
// It owns the list: All gives the engine a Work for every kind of the catalogue. It owns
// the shared Work of kinds that change one record of the own school by the rules of
// package status (suspension, reinstatement, withdrawal, leaving, dropout),
// and the small ones: the year group (留级, 跳级), death (死亡), the arbitrations (仲裁) and
// correction (异动纠错).
//
// It does not own a subject: each package of a subject gives its Work to the list. What
// two subjects need of each other, such as the claims that a roll-back ends, is tied here. It is the only package that sees them all, and none of them sees it. It
// holds no global: who starts the program builds the list.
//
// Tables: none.
//
// Laws and rules it keeps:
//   - law 8: what a decision does to a record is Go, a function of package status or a
//     Work named here; a new kind with rules of data alone is one line;
//   - law 5: death goes before every other change and takes the slot over (KT40);
//   - domain 3.3: an entering change starts from the state of its partner;
//   - KT23 and W21: arbitration; KT72 and W18: a correction erases nothing.
package kinds
