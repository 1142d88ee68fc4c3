package process

import "github.com/xueji/xueji/models/calendar"

// SchoolTerm is one term (学期) of a school year: its first and its last day.
type SchoolTerm struct {
	First calendar.Date
	Last  calendar.Date
}

// Contains reports whether a day lies in the term.
func (s SchoolTerm) Contains(day calendar.Date) bool {
	return !day.Before(s.First) && !day.After(s.Last)
}

// TermsPerYear is how many terms a school year has.
const TermsPerYear = 2

// TermsOf returns the terms of a school year by the rules of the policy. The second term
// begins in the next calendar year; a term may reach over the turn of a year.
func (p Policy) TermsOf(year int) [TermsPerYear]SchoolTerm {
	var terms [TermsPerYear]SchoolTerm
	for i, w := range p.SchoolTerms[:min(len(p.SchoolTerms), TermsPerYear)] {
		terms[i] = SchoolTerm{First: w.From.In(year + i), Last: w.To.In(year + i)}
		if terms[i].Last.Before(terms[i].First) {
			terms[i].Last = w.To.In(year + i + 1)
		}
	}
	return terms
}

// SchoolYearOn returns the year after which the school year of a day is called: that of its
// first day.
func (p Policy) SchoolYearOn(day calendar.Date) int {
	// The month and day of a date always form a day of the year.
	if today, err := calendar.ParseMonthDay(day.String()[len("2006-"):]); err == nil && today.Compare(p.SchoolYearStart) < 0 {
		return day.Year() - 1
	}
	return day.Year()
}

// someYear is a school year by which the rules are judged; they are the same in each.
const someYear = 2026

// validateTerms returns the faults of the days of the terms.
func (p Policy) validateTerms() []error {
	plain := len(p.SchoolTerms) == TermsPerYear
	for _, w := range p.SchoolTerms {
		plain = plain && w.Year == 0 && !w.From.IsZero() && !w.To.IsZero()
	}
	if !plain {
		return []error{fault("/school_terms", "须有两个学期，每个写明 from 和 to，不写年份", "school_terms: two terms, each with from and to and without a year")}
	}
	terms, next := p.TermsOf(someYear), p.TermsOf(someYear+1)
	if !terms[0].Last.Before(terms[1].First) || !terms[1].Last.Before(next[0].First) {
		return []error{fault("/school_terms", "两个学期须先后在一年之内，不得重叠", "school_terms: both terms lie in one year, one after the other")}
	}
	return nil
}
