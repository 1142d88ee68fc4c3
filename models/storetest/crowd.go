package storetest

import (
	"github.com/stretchr/testify/require"
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
