package api_test

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// graduationCases: the graduating grade, its list, and the graduates.
func graduationCases() map[string]matrixCase {
	of := func(path string) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call { return apitest.Get(x.Org(target, path)) }}
	}
	named := func(path string, body any) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: x.Org(target, path), Key: uuid.NewString(), Body: body}
		}}
	}
	return map[string]matrixCase{
		"give-blanks":        named("/certificate-stocks", m{"stage": "SENIOR", "first": "A1", "last": "A2"}),
		"list-blanks":        of("/certificate-stocks"),
		"write-certificates": named("/certificates", m{"stage": "PRIMARY", "year": 2027}),
		"list-certificates":  of("/certificates?year=2027"),
		"spoil-blank": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: "/v1/certificate-stocks/" + x.blanks(target).String() + "/spoilt", Key: uuid.NewString(), Body: m{"blank": "M0001", "reason": "打印错位"}}
		}},
		"issue-certificate": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: "/v1/certificates/" + x.certificate(target).String() + "/issue", Key: uuid.NewString(), Body: m{"signed_by": "样例家长", "issued_on": "2026-11-20"}}
		}},
		"replace-certificate": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: "/v1/certificates/" + x.certificate(target).String() + "/replacement", Key: uuid.NewString(), Body: m{"reason": "遗失"}}
		}},
		"preview-graduation": of("/graduation-preview?stage=PRIMARY"),
		"list-clearing": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get("/v1/graduations/clearing?school_id=" + x.OfficeID(target).String())
		}},
		"list-graduates":  of("/graduates?year=2027"),
		"file-graduation": fixed(http.MethodPost, "/v1/graduations", m{"stage": "PRIMARY", "year": 2027, "lines": []m{{"student_id": uuid.NewString(), "conclusion": "GRADUATED"}}}),
		"list-graduation-lines": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get("/v1/graduations/" + x.suspension(target).change.String() + "/lines") // any change that the reader sees
		}},
	}
}

// blanks are blanks of the school at the target.
func (x *matrix) blanks(target string) uuid.UUID {
	return kept(x, "blanks", target, func() uuid.UUID {
		n := x.next() * 10
		b, err := graduation.ParseBlanks(fmt.Sprintf("M%04d", n), fmt.Sprintf("M%04d", n+9))
		require.NoError(x.T(), err)
		var made *graduation.Stock
		x.MustIn(x.App, storetest.Nation, func(tx *change.Tx) (err error) {
			made, err = graduation.GiveStock(tx.Tx, graduation.NewStock{School: x.Office(school(target)), Stage: org.Primary, Blanks: b, Key: uuid.NewString(), Hash: []byte(target)})
			return err
		})
		return made.ID
	})
}

// certificate is the certificate of a graduate of the school at the target.
func (x *matrix) certificate(target string) uuid.UUID {
	return kept(x, "certificate", target, func() uuid.UUID {
		at := school(target)
		x.blanks(target)
		pupil, now := x.PupilsOf(at, 2021, 1)[0], x.Now()
		x.Graduated(at, pupil)
		x.Hand.Set(now) // sessions do not last until June
		x.MustIn(x.App, at, func(tx *change.Tx) error {
			_, err := graduation.WriteCertificates(tx.Tx, graduation.WriteOrder{School: x.Office(at), Stage: org.Primary, Year: 2027, Students: []uuid.UUID{pupil}, Key: uuid.NewString(), Hash: []byte(target)})
			return err
		})
		return uuid.MustParse(x.Text(`SELECT id::text FROM certificate WHERE student_id = $1`, pupil))
	})
}
