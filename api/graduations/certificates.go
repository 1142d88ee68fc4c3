package graduations

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

func (s *server) certificateRoutes() {
	const tag = "graduations"
	rest.Register(s.rest, rest.Operation{
		ID: "write-certificates", Method: http.MethodPost, Path: "/v1/orgs/{id}/certificates", Action: authz.CertificateWrite, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "Write certificates for the graduates of the own school (登记毕业证书)",
		Detail:  "One for each graduate of the stage and year who has no valid one, on the next free blanks, in the order of the lists; or for the named ones. None is written when the blanks do not last.",
	}, s.writeCertificates)
	rest.Register(s.rest, rest.Operation{
		ID: "list-certificates", Method: http.MethodGet, Path: "/v1/orgs/{id}/certificates", Action: authz.CertificateRead, Tag: tag,
		Summary: "The register of certificates of a school in a year, by number (证书登记册)",
		Detail:  "Certificates that were replaced or voided, and spoilt blanks, stay in it with the reason.",
	}, s.listCertificates)
	rest.Register(s.rest, rest.Operation{
		ID: "issue-certificate", Method: http.MethodPost, Path: "/v1/certificates/{id}/issue", Action: authz.CertificateWrite, Tag: tag, Keyed: true,
		Summary: "Note who signed for a certificate, and on which day (证书发放)",
	}, s.issueCertificate)
	rest.Register(s.rest, rest.Operation{
		ID: "replace-certificate", Method: http.MethodPost, Path: "/v1/certificates/{id}/replacement", Action: authz.CertificateWrite, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "Write another certificate in the place of a lost or damaged one (换发证书)",
	}, s.replaceCertificate)
}

// Certificate is a certificate of a graduate, or a spoilt blank.
type Certificate struct {
	ID         uuid.UUID     `json:"id"`
	Student    *uuid.UUID    `json:"student_id,omitempty"`
	Name       string        `json:"name,omitempty" doc:"As it was at the graduation."`
	Stage      org.Stage     `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Year       int           `json:"year" example:"2027"`
	Conclusion string        `json:"conclusion,omitempty" enum:"GRADUATED,COMPLETED,INCOMPLETE"`
	Number     string        `json:"number,omitempty" doc:"None of a spoilt blank." example:"黔A0001"`
	Blank      string        `json:"blank" doc:"The number printed on the blank." example:"黔A0001"`
	State      string        `json:"state" enum:"WRITTEN,ISSUED,REPLACED,VOID,SPOILT"`
	StateLabel string        `json:"state_label" example:"已发放"`
	SignedBy   string        `json:"signed_by,omitempty"`
	IssuedOn   calendar.Date `json:"issued_on,omitempty" format:"date"`
	WrittenAt  time.Time     `json:"written_at"`
	EndedAt    *time.Time    `json:"ended_at,omitempty"`
	Reason     string        `json:"reason,omitempty" doc:"Why it was replaced or spoilt; of a voided one the case number of the roll-back."`
}

func stateText(state string) process.Text {
	switch state {
	case graduation.Written:
		return process.Text{Zh: "待发放", En: "Written"}
	case graduation.Issued:
		return process.Text{Zh: "已发放", En: "Issued"}
	case graduation.Replaced:
		return process.Text{Zh: "已换发", En: "Replaced"}
	case graduation.Voided:
		return process.Text{Zh: "已作废", En: "Void"}
	}
	return process.Text{Zh: "空白作废", En: "Spoilt blank"}
}

func showCertificate(ctx context.Context, c graduation.Certificate) Certificate {
	out := Certificate{
		ID: c.ID, Student: c.StudentID, Name: c.Name, Stage: c.Stage, Year: c.Year, Conclusion: string(c.Conclusion), Number: c.Number, Blank: c.Blank, State: c.State,
		StateLabel: rest.InLanguage(ctx, stateText(c.State)), SignedBy: c.SignedBy, IssuedOn: c.IssuedOn, WrittenAt: c.WrittenAt, EndedAt: c.EndedAt, Reason: c.Reason,
	}
	if c.State == graduation.Spoilt {
		out.Number = ""
	}
	return out
}

type writeInput struct {
	rest.PathID
	Body struct {
		Stage    org.Stage   `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
		Year     int         `json:"year" minimum:"1950" maximum:"2200" doc:"The year of graduation."`
		Students []uuid.UUID `json:"student_ids,omitempty" format:"uuid" maxItems:"2000" doc:"Left out: everybody who has no valid certificate."`
	}
}

// WrittenCertificates says how many certificates a request wrote.
type WrittenCertificates struct {
	Written int `json:"written"`
}

func (s *server) writeCertificates(ctx context.Context, in *writeInput) (*rest.Body[WrittenCertificates], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) (out WrittenCertificates, err error) {
		out.Written, err = graduation.WriteCertificates(tx.Tx, graduation.WriteOrder{
			School: school, Stage: in.Body.Stage, Year: in.Body.Year, Students: in.Body.Students, Key: rest.IdempotencyKey(ctx), Hash: hash,
		})
		return out, err
	})
}

type certificatesInput struct {
	rest.PathID
	rest.Paging
	Year int `query:"year" minimum:"1950" maximum:"2200" required:"true" doc:"The year of graduation."`
}

func (s *server) listCertificates(ctx context.Context, in *certificatesInput) (*rest.Body[*rest.Page[Certificate]], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, s.Store, in.Paging, "", func(tx *change.Tx, after string, most int) ([]graduation.Certificate, error) {
		return graduation.Certificates(tx.Tx, school.ID, in.Year, after, most)
	}, func(c graduation.Certificate) Certificate { return showCertificate(ctx, c) }, func(c graduation.Certificate) string { return c.Number })
}

type issueInput struct {
	rest.PathID
	Body struct {
		SignedBy string        `json:"signed_by" minLength:"1" maxLength:"100" text:"free" doc:"Who signed for it."`
		IssuedOn calendar.Date `json:"issued_on" format:"date"`
	}
}

func (s *server) issueCertificate(ctx context.Context, in *issueInput) (*rest.Body[Certificate], error) {
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) (Certificate, error) {
		if err := allowCertificate(ctx, tx, in.ID); err != nil {
			return Certificate{}, err
		}
		c, err := graduation.Issue(tx.Tx, in.ID, in.Body.SignedBy, in.Body.IssuedOn)
		if err != nil {
			return Certificate{}, err
		}
		return showCertificate(ctx, *c), nil
	})
}

type replaceInput struct {
	rest.PathID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" text:"free"`
	}
}

func (s *server) replaceCertificate(ctx context.Context, in *replaceInput) (*rest.Body[Certificate], error) {
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) (Certificate, error) {
		if err := allowCertificate(ctx, tx, in.ID); err != nil {
			return Certificate{}, err
		}
		c, err := graduation.Replace(tx.Tx, in.ID, in.Body.Reason, rest.IdempotencyKey(ctx), hash)
		if err != nil {
			return Certificate{}, err
		}
		return showCertificate(ctx, *c), nil
	})
}
