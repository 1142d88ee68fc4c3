package refusal

// Codes of the yearly notice on public holidays.
const (
	CalendarOffice      Code = "calendar_office"
	CalendarYear        Code = "calendar_year"
	CalendarDate        Code = "calendar_date"
	CalendarOutside     Code = "calendar_outside"
	CalendarTwice       Code = "calendar_twice"
	CalendarKind        Code = "calendar_kind"
	CalendarWorksAnyway Code = "calendar_works_anyway"
	CalendarOccasion    Code = "calendar_occasion"
	CalendarLacks       Code = "calendar_lacks"
	CalendarSame        Code = "calendar_same"
)
