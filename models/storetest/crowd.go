package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/student"
)

// Crowd fills schools A and B with so many ordinary records, for statements that must not
// read them all. They are copies of a pupil who was enrolled, under other names and
// numbers: nobody could tell them from pupils who came in by rosters.
func (c *County) Crowd(n int) {
	c.t.Helper()
	one := c.Pupil(SchoolA)
	_, err := c.owner.Exec(c.t.Context(), `INSERT INTO student SELECT copy.* FROM student s CROSS JOIN generate_series(1, $1::int) i
		JOIN organisation o ON o.path = CASE WHEN i % 2 = 0 THEN $2::text::ltree ELSE $3::text::ltree END
		CROSS JOIN LATERAL (SELECT substr('赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨', 1 + i % 16, 1) || substr('一二三四五六七八九十百千万亿兆', 1 + (i / 16) % 15, 1)
			|| substr('天地玄黄宇宙洪荒日月盈昃辰宿', 1 + (i / 240) % 14, 1) AS name) x
		CROSS JOIN LATERAL jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'school_id', o.id, 'org_path', o.path, 'class_id', NULL, 'holds_seat', false,
			'name', x.name, 'name_key', x.name, 'id_hash', sha256(('i' || i)::bytea), 'number_hash', sha256(('n' || i)::bytea))) copy
		WHERE s.id = $4`, n, SchoolA, SchoolB, one)
	require.NoError(c.t, err)
	c.Analyse()
}

// Analyse lets PostgreSQL see how full the tables are.
func (c *County) Analyse() {
	c.t.Helper()
	_, err := c.owner.Exec(c.t.Context(), `ANALYZE`)
	require.NoError(c.t, err)
}

// CheckedInCrowd notes of every enrolled pupil that the pupil came to a term, as schools note
// it class by class, and of every tenth that the pupil did not.
func (c *County) CheckedInCrowd(year, term int) {
	c.t.Helper()
	_, err := c.owner.Exec(c.t.Context(), `INSERT INTO check_in (student_id, school_year, term, school_id, org_path, class_id, came, reason, missing_since, noted_by, noted_at)
		SELECT s.id, $1, $2, s.school_id, s.org_path, s.class_id, n % 10 <> 0, CASE WHEN n % 10 = 0 THEN 'ILLNESS' ELSE '' END, CASE WHEN n % 10 = 0 THEN $3::date END, $4, $5
		FROM (SELECT s.*, row_number() OVER (ORDER BY s.id) AS n FROM student s WHERE s.class_id IS NOT NULL AND s.enrol_status = 'ENROLLED') s`,
		year, term, c.App.Clock().Today().String(), c.Who(SchoolA, org.SchoolRegistrar).ID, c.Now())
	require.NoError(c.t, err)
	c.Analyse()
}

// ReceivedCrowd gives each school as many received children as it has enrolled pupils, of whom
// every tenth is open. They are copies of one that was entered.
func (c *County) ReceivedCrowd() {
	c.t.Helper()
	c.MustIn(c.App, SchoolA, func(tx *change.Tx) error {
		_, err := schoolyear.Receive(tx.Tx, schoolyear.NewReceived{School: c.ID(SchoolA), Name: "样例来", Stage: org.Primary, Grade: 1, ReceivedOn: tx.Today(), Key: "crowd", Hash: []byte("crowd")})
		return err
	})
	var ids []string
	var names [][]byte
	for _, id := range c.Texts(`SELECT id::text FROM student WHERE enrol_status = 'ENROLLED'`) {
		sealed, err := c.App.Keys().Encrypt(student.PurposeReceived+"/"+id, []byte("样例来"))
		require.NoError(c.t, err)
		ids, names = append(ids, id), append(names, sealed)
	}
	_, err := c.owner.Exec(c.t.Context(), `INSERT INTO received_child (id, school_id, org_path, name_cipher, stage, grade, received_on, entered_by, entered_at, entry_key, entry_hash, closed_at, closed_by, outcome)
		SELECT s.id, s.school_id, s.org_path, l.name, r.stage, r.grade, r.received_on - (n % 500)::int, r.entered_by, r.entered_at, 'crowd' || n, r.entry_hash,
			CASE WHEN n % 10 <> 0 THEN r.entered_at END, CASE WHEN n % 10 <> 0 THEN r.entered_by END, CASE WHEN n % 10 <> 0 THEN 'LEFT' END
		FROM received_child r CROSS JOIN unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS l (id, name, n) JOIN student s ON s.id = l.id`, ids, names)
	require.NoError(c.t, err)
	c.Analyse()
}

// RunningCrowd fills schools A and B with so many pupils, each in a suspension that runs
// since an hour and needs nobody's attention. They are copies of one that was filed.
func (c *County) RunningCrowd(n int) {
	c.t.Helper()
	c.Crowd(n)
	c.Advance(-time.Hour)
	one := c.Waiting(SchoolA)
	c.Started(one)
	c.Advance(time.Hour)
	for _, copied := range []string{
		`INSERT INTO change SELECT copy.* FROM change s CROSS JOIN student p CROSS JOIN LATERAL jsonb_populate_record(s, jsonb_build_object('id', p.id, 'case_no', 'M-' || p.id,
			'student_id', p.id, 'org_id', p.school_id, 'org_path', p.org_path, 'filing_key', 'M-' || p.id, 'definition', '{}'::jsonb)) copy WHERE s.id = $1 AND p.id <> s.student_id`,
		`INSERT INTO change_party SELECT copy.* FROM change_party s JOIN change m ON m.case_no LIKE 'M-%'
			CROSS JOIN LATERAL jsonb_populate_record(s, jsonb_build_object('change_id', m.id, 'org_id', m.org_id, 'org_path', m.org_path)) copy WHERE s.change_id = $1`,
		`INSERT INTO step SELECT copy.* FROM step s JOIN change m ON m.case_no LIKE 'M-%'
			CROSS JOIN LATERAL jsonb_populate_record(s, jsonb_build_object('change_id', m.id, 'office_id', m.org_id, 'office_path', m.org_path)) copy WHERE s.change_id = $1`,
		`INSERT INTO outbox (change_id, topic, created_at, sent_at) SELECT m.id, s.topic, s.created_at, s.sent_at FROM outbox s JOIN change m ON m.case_no LIKE 'M-%' WHERE s.change_id = $1`,
	} {
		_, err := c.owner.Exec(c.t.Context(), copied, one)
		require.NoError(c.t, err)
	}
	c.Analyse()
}
