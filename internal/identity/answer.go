package identity

import (
	"fmt"

	"github.com/xueji/xueji/models/ident"
)

// Answer is a verdict of the population database; package ident holds the closed set.
type Answer = ident.Answer

// The answers (P22).
const (
	Match            = ident.AnswerMatch
	NotFound         = ident.AnswerNotFound
	Cancelled        = ident.AnswerCancelled
	DuplicateRemoved = ident.AnswerDuplicate
	Migrating        = ident.AnswerMigrating
)

// Answers gives the closed set.
func Answers() []Answer { return ident.Answers() }

// ParseAnswer takes an answer exactly as it is written. Anything else is an
// error that wraps ErrNoAnswer and does not repeat the text, which may hold
// anything.
func ParseAnswer(text string) (Answer, error) {
	if a := Answer(text); a.Known() {
		return a, nil
	}
	return "", fmt.Errorf("%w: what it said is none of the known answers", ErrNoAnswer)
}
