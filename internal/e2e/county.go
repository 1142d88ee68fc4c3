package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Office is an office of the tree.
type Office struct {
	ID   uuid.UUID
	Path string
}

// Person is an account with a session.
type Person struct {
	s      *Stack
	ID     uuid.UUID
	Token  string
	Office Office
	login  string
}

// County is a school with a county bureau above it and one person per role.
type County struct {
	School    Office
	Bureau    Office // 南明区教育局, the managing bureau
	City      Office // 贵阳市教育局, its superior
	Grade     map[int]uuid.UUID
	Class     map[int]uuid.UUID // by entry year
	Registrar *Person
	Leader    *Person
	Reviewer  *Person
	Head      *Person // of the city bureau
}

// Office finds a bureau that the migration made, by kind and division code.
func (s *Stack) Office(kind org.Kind, code string) Office {
	s.T.Helper()
	var o Office
	err := s.DB.QueryRow(s.T.Context(), `SELECT id, path::text FROM organisation WHERE kind = $1 AND code = $2`, kind, code).Scan(&o.ID, &o.Path)
	require.NoError(s.T, err)
	return o
}

// codeOf is the code of an office.
func (s *Stack) codeOf(o Office) string {
	s.T.Helper()
	return Value[string](s, `SELECT code FROM organisation WHERE id = $1`, o.ID)
}

// School makes a school below a bureau.
func (s *Stack) School(below Office, code, name string, stages ...string) Office {
	s.T.Helper()
	if len(stages) == 0 {
		stages = []string{"PRIMARY"}
	}
	if s.door != nil {
		return s.door.school(below, code, name, stages)
	}
	o := Office{ID: uuid.Must(uuid.NewV7()), Path: below.Path + ".s" + code}
	s.Exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
		SELECT $1, b.id, $2::text::ltree, 'SCHOOL', $3, $4, b.division_code, b.province_code, $5, $6 FROM organisation b WHERE b.id = $7`,
		o.ID, o.Path, code, name, stages, s.Clock.Now(), below.ID)
	return o
}

// Exec runs a statement as the owner.
func (s *Stack) Exec(query string, args ...any) {
	s.T.Helper()
	_, err := s.DB.Exec(s.T.Context(), query, args...)
	require.NoError(s.T, err)
}

// Value reads one value as the owner.
func Value[V any](s *Stack, query string, args ...any) V {
	s.T.Helper()
	var v V
	require.NoError(s.T, s.DB.QueryRow(s.T.Context(), query, args...).Scan(&v))
	return v
}

// Person makes an account with a session, a plain row of each.
func (s *Stack) Person(at Office, roles ...org.Role) *Person {
	s.T.Helper()
	if s.door != nil {
		return s.door.hire(at, roles...)
	}
	p := &Person{s: s, ID: uuid.Must(uuid.NewV7()), Office: at}
	p.login = "u" + p.ID.String()
	token := sha256.Sum256([]byte(p.ID.String()))
	p.Token = base64.RawURLEncoding.EncodeToString(token[:])
	hash := sha256.Sum256([]byte(p.Token))
	now := s.Clock.Now()
	s.Exec(`INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $8, $7, false, $7, $7)`,
		p.ID, at.ID, at.Path, p.Login(), "测试"+string(roles[0]), roles, now, passwordHash())
	// A token, not a login: tests move the clock by weeks, and a login would have idled out.
	s.Exec(`INSERT INTO session (id, account_id, kind, name, roles, token_hash, created_at, last_used_at, expires_at) VALUES ($1, $2, 'TOKEN', 'e2e', $3, $4, $5, $5, $6)`,
		uuid.Must(uuid.NewV7()), p.ID, roles, hash[:], now, now.AddDate(1, 0, 0))
	return p
}

// County makes the usual county: one school, its people, the bureaus above.
func (s *Stack) County() *County { return s.CountyOf("520102", "2152000123", "南明区示例小学") }

// Class makes a class of 55 seats in a year group of a county's school.
func (s *Stack) Class(c *County, year int, code string) uuid.UUID {
	s.T.Helper()
	if s.door != nil {
		return s.door.class(c, c.Grade[year], code)
	}
	id := uuid.Must(uuid.NewV7())
	s.Exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES ($1, $2, $3::text::ltree, $4, $5, $6, 55)`,
		id, c.School.ID, c.School.Path, c.Grade[year], code, code[6:]+"班")
	return id
}

// Seats gives a class so many seats, by the administrator of its school.
func (s *Stack) Seats(class uuid.UUID, seats int) {
	s.T.Helper()
	var school Office
	var name string
	var version int64
	err := s.DB.QueryRow(s.T.Context(), `SELECT o.id, o.path::text, k.name, k.version FROM school_class k JOIN organisation o ON o.id = k.school_id WHERE k.id = $1`,
		class).Scan(&school.ID, &school.Path, &name, &version)
	require.NoError(s.T, err)
	answer := s.Person(school, org.SchoolSysadmin).DoIfMatch(http.MethodPut, "/v1/classes/"+class.String(),
		map[string]any{"name": name, "capacity": seats}, strconv.Quote(strconv.FormatInt(version, 10)))
	require.Equal(s.T, http.StatusOK, answer.Status, string(answer.Raw))
}

// CountyOf makes a school below the bureau of any county, with its people and
// the bureaus above. A second school of one bureau shares its office, not its people.
func (s *Stack) CountyOf(county, code, name string) *County {
	s.T.Helper()
	c := &County{Bureau: s.Office(org.County, county), Grade: map[int]uuid.UUID{}, Class: map[int]uuid.UUID{}}
	err := s.DB.QueryRow(s.T.Context(), `SELECT p.id, p.path::text FROM organisation o JOIN organisation p ON p.id = o.parent_id WHERE o.id = $1`,
		c.Bureau.ID).Scan(&c.City.ID, &c.City.Path)
	require.NoError(s.T, err)
	if s.door != nil { // classes come when a test asks for a year group
		c.School = s.School(c.Bureau, code, name, stageOf(code))
	} else {
		s.classed(c, code, name)
	}
	c.Registrar = s.Person(c.School, org.SchoolRegistrar)
	c.Leader = s.Person(c.School, org.SchoolLeader)
	c.Reviewer = s.Person(c.Bureau, org.BureauReviewer)
	c.Head = s.Person(c.City, org.BureauHead)
	return c
}

// stageOf is the stage of a school by the first digit of its code (C1): 2 is a primary
// school, 3 a junior one.
func stageOf(code string) string {
	if code[0] == '3' {
		return "JUNIOR"
	}
	return "PRIMARY"
}

// classed makes a primary school with a class in five of its year groups.
func (s *Stack) classed(c *County, code, name string) {
	s.T.Helper()
	c.School = s.School(c.Bureau, code, name)
	for _, year := range []int{2026, 2025, 2024, 2023, 2021} {
		c.Grade[year] = uuid.Must(uuid.NewV7())
		s.Exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4, $5)`,
			c.Grade[year], c.School.ID, c.School.Path, year, fmt.Sprintf("%d级", year))
		c.Class[year] = s.Class(c, year, fmt.Sprintf("%d101", year))
	}
}

// Pupil makes an enrolled record in the class of an entry year.
func (s *Stack) Pupil(c *County, year int) uuid.UUID {
	s.T.Helper()
	s.pupils++ // born on days of their own, or the register would take them for one person
	return s.pupilBorn(c, year, time.Date(year-s.age(c, year), 3, s.pupils, 0, 0, 0, 0, time.UTC))
}

// pupilBorn makes a pupil born on a day, of the stage of the class.
func (s *Stack) pupilBorn(c *County, year int, birth time.Time) uuid.UUID {
	s.T.Helper()
	id, now := uuid.Must(uuid.NewV7()), s.Clock.Now()
	s.Exec(`INSERT INTO student (id, school_id, org_path, class_id, holds_seat, stage, entry_year, name, sex, birth_date, id_type,
		enrol_status, in_register, on_campus, created_at, updated_at)
		SELECT $1, $2, $3::text::ltree, k.id, true, g.stage, $5, '样例生', '1', $6, 'Z', 'ENROLLED', true, true, $7, $7
		FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id = $4`,
		id, c.School.ID, c.School.Path, c.Class[year], year, birth, now)
	s.Exec(`UPDATE school_class SET occupied = occupied + 1 WHERE id = $1`, c.Class[year])
	return id
}

// age is how old pupils are when they enter the stage of a year group's class.
func (s *Stack) age(c *County, year int) int {
	s.T.Helper()
	stage := Value[string](s, `SELECT g.stage FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id = $1`, c.Class[year])
	return map[string]int{"PRIMARY": 6, "JUNIOR": 12, "SENIOR": 15}[stage]
}

// Do calls the API as this person.
func (p *Person) Do(method, path string, body any, key string) Answer {
	p.s.T.Helper()
	return p.s.Call(p.Token, method, path, body, key)
}

// word says something about a change and gives the last answer. On a slow machine the
// first one may be that it will be counted (202): while a worker runs it is asked again,
// under the same key.
func (p *Person) word(path string, body any) Answer {
	p.s.T.Helper()
	key := uuid.NewString()
	answer := p.Do(http.MethodPost, path, body, key)
	for range 150 {
		if answer.Status != http.StatusAccepted || p.s.worker == nil {
			break
		}
		<-time.After(100 * time.Millisecond)
		answer = p.Do(http.MethodPost, path, body, key)
	}
	return answer
}

// Evidence uploads a picture and gives its ID; it is the same picture every time.
func (p *Person) Evidence() string { return p.Paper(0) }

// Paper uploads a picture of one shade and gives its ID.
func (p *Person) Paper(shade uint8) string {
	p.s.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="file"; filename="proof.png"`)
	header.Set("Content-Type", "image/png")
	part, err := form.CreatePart(header)
	require.NoError(p.s.T, err)
	picture := image.NewGray(image.Rect(0, 0, 8, 8))
	picture.Pix[0] = shade
	require.NoError(p.s.T, png.Encode(part, picture))
	require.NoError(p.s.T, form.Close())
	request, err := http.NewRequestWithContext(p.s.T.Context(), http.MethodPost, p.s.URL+"/v1/evidence", &body)
	require.NoError(p.s.T, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.Token)
	request.Header.Set("Idempotency-Key", uuid.NewString())
	answer, err := Send(request)
	require.NoError(p.s.T, err)
	require.Equal(p.s.T, http.StatusCreated, answer.Status, string(answer.Raw))
	return answer.Text("id")
}

// SuspensionBody is a complete filing of a suspension.
func (p *Person) SuspensionBody(student uuid.UUID) map[string]any {
	p.s.T.Helper()
	return map[string]any{
		"kind": "SUSPENSION", "student_id": student,
		"inputs":   map[string]string{"reason_code": "10", "from_date": "2026-11-20", "until_date": "2027-08-31"},
		"evidence": []map[string]string{{"id": p.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": p.Evidence(), "kind": "SUSPENSION_PROOF"}},
	}
}

// File files a change and gives its ID. Graduations and enrolments are filed at addresses of
// their own.
func (p *Person) File(body map[string]any) string {
	p.s.T.Helper()
	path := "/v1/changes"
	if body["kind"] == any(process.Graduation) {
		path, body = "/v1/graduations", maps.Clone(body)
		delete(body, "kind")
		delete(body, "inputs")
	}
	if kind := body["kind"]; kind == any(process.SelfEnrolment) || kind == any(process.UnifiedEnrolment) {
		path, body = "/v1/enrolments", maps.Clone(body)
		delete(body, "inputs")
	}
	answer := p.Do(http.MethodPost, path, body, uuid.NewString())
	require.Equal(p.s.T, http.StatusCreated, answer.Status, string(answer.Raw))
	if path == "/v1/enrolments" { // one change where the graduates come from one bureau
		var filed struct{ Changes []struct{ ID string } }
		require.NoError(p.s.T, json.Unmarshal(answer.Raw, &filed))
		require.Len(p.s.T, filed.Changes, 1)
		return filed.Changes[0].ID
	}
	return answer.Text("id")
}

// OpenTask gives the task that waits in a change.
func (p *Person) OpenTask(change string) string {
	p.s.T.Helper()
	answer := p.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
	require.Equal(p.s.T, http.StatusOK, answer.Status, string(answer.Raw))
	return answer.Text("open.task_id")
}

// Decide decides the open task of a change.
func (p *Person) Decide(change, verdict, opinion string) Answer {
	p.s.T.Helper()
	return p.word("/v1/changes/"+change+"/decisions",
		map[string]any{"task_id": p.OpenTask(change), "verdict": verdict, "opinion": opinion})
}
