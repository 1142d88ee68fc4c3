package rest

import (
	"time"

	"github.com/xueji/xueji/models/calendar"
)

// LastDay is the day to show: due at 24:00 of the 20th, not 0:00 of the 21st.
func LastDay(due time.Time) string { return calendar.Due{At: due}.LastDay().String() }
