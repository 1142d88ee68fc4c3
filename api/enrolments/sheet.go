package enrolments

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

type sheetInput struct {
	// The fields of rest.UploadInput, flat: huma leaves them empty in an embedded struct.
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
	DryRun      bool   `query:"dry_run" doc:"Check only; nothing is kept (试校验)."`
	ToSchool    string `query:"to_school" maxLength:"36" doc:"Of a bureau that places graduates (统一招生): code of the school."`
	Year        int    `query:"year" minimum:"0" maximum:"2100" doc:"The year in which the graduates enter; left out for the present one."`
}

// EnrolmentUpload holds the check of a sheet, or the changes that it filed.
type EnrolmentUpload struct {
	DryRun  bool             `json:"dry_run"`
	Check   *EnrolmentCheck  `json:"check,omitempty" doc:"Of a dry run: what stands against every row."`
	Changes []FiledEnrolment `json:"changes" doc:"The changes that were filed."`
}

type uploadOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     EnrolmentUpload
}

// fileSheet files the graduates of a sheet, or looks at them. The sheet itself is not kept:
// the claims are.
func (s *server) fileSheet(ctx context.Context, in *sheetInput) (*uploadOutput, error) {
	file, err := (&rest.UploadInput{ContentType: in.ContentType, RawBody: in.RawBody}).File(sheetLimit)
	if err != nil {
		return nil, err
	}
	lines, err := enrolment.ReadSheet(file.Content)
	if err != nil {
		return nil, err
	}
	b := EnrolmentFiling{Kind: string(process.SelfEnrolment), ToSchool: in.ToSchool, Year: in.Year}
	if in.ToSchool != "" {
		b.Kind = string(process.UnifiedEnrolment)
	}
	q, err := s.request(ctx, b)
	if err != nil {
		return nil, err
	}
	q.Lines, q.Sheet = lines, true
	if in.DryRun {
		j, err := s.judge(ctx, q)
		if err != nil {
			return nil, err
		}
		return &uploadOutput{Status: http.StatusOK, Body: EnrolmentUpload{DryRun: true, Check: showCheck(ctx, j), Changes: []FiledEnrolment{}}}, nil
	}
	if rest.IdempotencyKey(ctx) == "" {
		return nil, refusal.New(refusal.KeyMissing).At("Idempotency-Key")
	}
	sum := sha256.Sum256(append(file.Content, b.ToSchool+"/"+strconv.Itoa(b.Year)...))
	filed, err := s.judgeAndFile(ctx, q, b, sum[:])
	if err != nil {
		return nil, err
	}
	return &uploadOutput{Status: http.StatusCreated, Location: filed.location(), Body: EnrolmentUpload{Changes: filed.Changes}}, nil
}
