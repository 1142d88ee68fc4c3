package enrolment_test

import (
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
)

// primary2021 is the year group of a primary school that graduates in 2027.
func primary2021() office.NewGrade {
	return office.NewGrade{Stage: org.Primary, EntryYear: 2021, Classes: 1, Capacity: 55}
}

// junior2027 is the year group of a junior school that graduates of 2027 enter.
func junior2027() office.NewGrade {
	return office.NewGrade{Stage: org.Junior, EntryYear: 2027, Classes: 1, Capacity: 55}
}
