package rules

import (
	"context"
	"net/http"
	"time"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// calendarRoutes registers the holidays that working days are counted with.
func (s *server) calendarRoutes() {
	const tag = "processes"
	rest.Register(s.rest, rest.Operation{
		ID: "list-calendar", Method: http.MethodGet, Path: "/v1/calendar", Action: authz.CalendarRead, Tag: tag,
		Summary: "Which years have holidays, and who loaded them (节假日安排各版本)",
		Detail:  "A version is the whole of one year; of a year the newest version counts. The years that come with the program have none.",
	}, s.listCalendar)
	rest.Register(s.rest, rest.Operation{
		ID: "get-calendar-year", Method: http.MethodGet, Path: "/v1/calendar/{year}", Action: authz.CalendarRead, Tag: tag,
		Summary: "Days off and make-up working days of a year (某年节假日与调休)",
		Detail: "A year whose holidays are not published is provisional: only Saturdays and Sundays are off, and deadlines that run into it " +
			"may move when its holidays are loaded.",
	}, s.getCalendarYear)
	rest.Register(s.rest, rest.Operation{
		ID: "check-calendar", Method: http.MethodPost, Path: "/v1/calendar/check", Action: authz.CalendarWrite, Tag: tag,
		Summary: "What loading the holidays of a year would change; nothing is stored (节假日安排试算)",
		Detail:  "Tells everything that is wrong at once, by row and field, or which days become working days or days off.",
	}, s.checkCalendar)
	rest.Register(s.rest, rest.Operation{
		ID: "add-calendar", Method: http.MethodPost, Path: "/v1/calendar", Action: authz.CalendarWrite, Tag: tag, Keyed: true, PersonOnly: true,
		Status: http.StatusCreated, Summary: "Load the holidays of a year (录入某年节假日与调休)",
		Detail: "By a system administrator of the national office, from the yearly notice of the State Council. All processes use it from then on; " +
			"open steps of running changes get their deadlines anew within seconds. A correction is the whole year once more.",
	}, s.addCalendar)
}

// CalendarVersion is one version of a year's holidays.
type CalendarVersion struct {
	Version   int       `json:"version"`
	Year      int       `json:"year"`
	Author    string    `json:"author,omitempty" doc:"Empty where the command line added it, and for people of other offices."`
	Comment   string    `json:"comment"`
	CreatedAt time.Time `json:"created_at"`
}

// CalendarVersions tells which years have holidays.
type CalendarVersions struct {
	FirstYear int               `json:"first_year" doc:"The first and the last year whose holidays are published."`
	LastYear  int               `json:"last_year"`
	Newest    int               `json:"newest" doc:"The newest version, 0 where none was loaded: what based_on takes."`
	Items     []CalendarVersion `json:"items" doc:"The newest first."`
}

func (s *server) listCalendar(ctx context.Context, _ *struct{}) (*rest.Body[CalendarVersions], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (CalendarVersions, error) {
		out := CalendarVersions{Items: []CalendarVersion{}}
		list, err := policy.WorkdayVersions(tx)
		for _, v := range list {
			out.Items = append(out.Items, CalendarVersion(v))
		}
		if len(list) > 0 {
			out.Newest = list[0].Version
		}
		out.FirstYear, out.LastYear = tx.Workdays().Years()
		return out, err
	})
}

// CalendarDay is a day that the notice of a year names.
type CalendarDay struct {
	Date     calendar.Date `json:"date" format:"date"`
	Kind     calendar.Kind `json:"kind" enum:"OFF,WORK" doc:"OFF: a day off. WORK: a make-up working day on a Saturday or Sunday (调休)."`
	Occasion string        `json:"occasion"`
}

// CalendarYear is the holidays of a year.
type CalendarYear struct {
	Year      int              `json:"year"`
	Published bool             `json:"published" doc:"false: provisional, only Saturdays and Sundays are off."`
	Days      []CalendarDay    `json:"days"`
	Loaded    *CalendarVersion `json:"loaded,omitempty" doc:"The version that counts; missing where the days came with the program."`
}

func (s *server) getCalendarYear(ctx context.Context, in *struct {
	Year int `path:"year" minimum:"1900" maximum:"2999"`
}) (*rest.Body[CalendarYear], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (CalendarYear, error) { return calendarYear(tx, in.Year) })
}

func calendarYear(tx *store.Tx, year int) (CalendarYear, error) {
	first, last := tx.Workdays().Years()
	out := CalendarYear{Year: year, Published: first <= year && year <= last, Days: []CalendarDay{}}
	for _, d := range tx.Workdays().Year(year) {
		out.Days = append(out.Days, CalendarDay{Date: d.Day, Kind: d.Kind, Occasion: d.Occasion})
	}
	list, err := policy.WorkdayVersions(tx)
	for _, v := range list {
		if v.Year == year && out.Loaded == nil {
			shown := CalendarVersion(v)
			out.Loaded = &shown
		}
	}
	return out, err
}

// CalendarDraft is the holidays of a year as somebody hands them in. The cells are texts,
// so that everything that is wrong is told at once, by row.
type CalendarDraft struct {
	Year    int           `json:"year" minimum:"1" maximum:"9999"`
	Days    []CalendarRow `json:"days" maxItems:"366" doc:"The whole year as the notice has it: each day off, also on a weekend, and each make-up working day."`
	BasedOn int           `json:"based_on" minimum:"0" maximum:"1000000" doc:"The newest version you saw, of whatever year; 0 where there is none."`
}

// CalendarRow is one day of a notice.
type CalendarRow struct {
	Date     string `json:"date" maxLength:"40" text:"free" doc:"For example 2027-10-01."`
	Kind     string `json:"kind" maxLength:"40" text:"free" doc:"OFF: a day off. WORK: a make-up working day on a Saturday or Sunday (调休)."`
	Occasion string `json:"occasion" maxLength:"200" text:"free" doc:"The festival, for example 国庆节; 40 characters at most."`
}

func (d CalendarDraft) workdays() policy.NewWorkdays {
	n := policy.NewWorkdays{Year: d.Year, FirstRow: 1, BasedOn: &d.BasedOn}
	for _, row := range d.Days {
		n.Rows = append(n.Rows, calendar.NoticeRow(row))
	}
	return n
}

// CalendarCheck lists the days that change when the holidays of a year are loaded.
type CalendarCheck struct {
	Year    int         `json:"year"`
	Newest  int         `json:"newest"`
	Changes []DayChange `json:"changes" doc:"The days that become working days or days off."`
}

// DayChange is a day that becomes a working day or a day off.
type DayChange struct {
	Date  calendar.Date `json:"date" format:"date"`
	Works bool          `json:"works" doc:"true: it becomes a working day."`
}

func (s *server) checkCalendar(ctx context.Context, in *struct{ Body CalendarDraft }) (*rest.Body[CalendarCheck], error) {
	if err := onlyOf(ctx, org.Nation, refusal.CalendarOffice); err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (CalendarCheck, error) {
		newest, next, err := policy.CheckWorkdays(tx, in.Body.workdays())
		if err != nil {
			return CalendarCheck{}, err
		}
		out := CalendarCheck{Year: in.Body.Year, Newest: newest, Changes: []DayChange{}}
		for _, c := range tx.Workdays().Changes(next, in.Body.Year) {
			out.Changes = append(out.Changes, DayChange{Date: c.Day, Works: c.Works})
		}
		return out, nil
	})
}

type calendarAddInput struct {
	Body struct {
		CalendarDraft
		Reason string `json:"reason" minLength:"2" maxLength:"500" text:"required" doc:"The notice it rests on, for example 国办发明电〔2026〕1号; everybody can read it."`
	}
}

func (s *server) addCalendar(ctx context.Context, in *calendarAddInput) (*rest.Body[CalendarVersion], error) {
	if err := onlyOf(ctx, org.Nation, refusal.CalendarOffice); err != nil {
		return nil, err
	}
	hash, err := rest.BodyHash(in.Body)
	if err != nil {
		return nil, err
	}
	n := in.Body.workdays()
	n.Comment, n.Key, n.Hash = in.Body.Reason, rest.IdempotencyKey(ctx), hash
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (out CalendarVersion, err error) {
		version, err := policy.AddWorkdays(tx, n)
		if err != nil {
			return out, err
		}
		list, err := policy.WorkdayVersions(tx)
		for _, v := range list {
			if v.Version == version {
				out = CalendarVersion(v)
			}
		}
		return out, err
	})
}

// onlyOf refuses everybody who is not of an office of this kind: the holidays are the same in
// the whole country, and the policy of a province is the province's own.
func onlyOf(ctx context.Context, kind org.Kind, code refusal.Code) error {
	if rest.PrincipalOf(ctx).Office.Kind != kind {
		return refusal.New(code)
	}
	return nil
}
