package student

// What the tests of this package ask of its inside.
var (
	MemberColumn      = memberColumn
	MemberPlaces      = memberPlaces
	RecordPlaces      = recordPlaces
	SearchQuery       = searchQuery
	OwnFields         = ownFields
	WithoutGradeName  = withoutGradeName
	WriteHistoryLines = writeHistoryLines
)

// Words of the sheet.
const (
	MemberIsGuardian = memberIsGuardian
	Yes              = yes
)
