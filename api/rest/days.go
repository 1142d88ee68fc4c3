package rest

import (
	"context"
	"time"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// LastDay is the day to show: due at 24:00 of the 20th, not 0:00 of the 21st.
func LastDay(due time.Time) string { return calendar.Due{At: due}.LastDay().String() }

// DayInWords writes the day of a moment as people write it on paper, in the language of
// the answer.
func DayInWords(ctx context.Context, at time.Time) string {
	at = at.In(calendar.Shanghai())
	if LanguageOf(ctx) == refusal.English {
		return at.Format("2 January 2006")
	}
	return at.Format("2006年1月2日")
}
