// Package account keeps the people who work with the register: their accounts,
// passwords, sessions, machine tokens, and the proxies (代理) they name.
//
// It owns who somebody is, what roles the person has at which office, and whether the
// person is logged in. It resets, locks, unlocks and closes accounts, and makes the first
// administrator.
//
// It does not own what a role may do: package authz of the API says that. It does not own
// the office (package office), the task somebody holds (package change), or a pupil.
//
// Tables: account, account_password, login_attempt, session, proxy. Passwords and login
// attempts are reached through definer functions only (login_begin, login_success,
// login_failure), because who logs in has no scope yet.
//
// Laws and rules it keeps:
//   - law 6: a password and a token appear in no log and no error;
//   - law 10: an account sees and changes accounts of its own subtree only;
//   - P1, P2, hard rules 7 to 9 and D27, D28: kinds of characters, 90 days, the last five
//     passwords, the lock after wrong ones, the seal of an unused account;
//   - domain 1.2: who gives out the accounts of a school does not use them, unless the
//     policy allows a small school to.
package account
