// Package demo makes a small province, and a school in another one, and plays a
// day of their offices over real HTTP: people log in, import, file, decide, and
// see what they are shown.
//
// It is three things at once: the content of a trial on one computer, the
// demonstration "xueji demo", and the end-to-end test, which fails when anything
// is not as expected. Nobody in it is real. It is never loaded in production.
package demo

import (
	"github.com/xueji/xueji/models/org"
)

// Password is the one password of all demonstration accounts. It keeps the
// rule for passwords (P1) and is worth nothing, because everybody can read it.
const Password = "Xueji-2026"

// Beginning is the day on which the demonstration begins.
const Beginning = "2026-11-20T09:00"

// Account is one person of the demonstration.
type Account struct {
	Login string
	Name  string
	// Title is what the person is called (Chinese, English).
	Title, TitleEn string
	Role           org.Role
	// Office is the code of the office, empty for the nation.
	Office string
	// By is the login of the administrator who opens the account.
	By string
}

// Codes of the offices the demonstration plays in. The bureaus are real and in
// the table of divisions; the schools are made up.
const (
	provinceCode = "520000" // 贵州省教育厅
	cityCode     = "520100" // 贵阳市教育局
	countyCode   = "520102" // 南明区教育局
	schoolCode   = "2152000123"
	secondCode   = "2152000124"
	juniorCode   = "3152000125"

	farProvinceCode = "110000" // 北京市教育委员会
	farCountyCode   = "110101" // 东城区教育局: a municipality has no bureaus of cities
	farCode         = "2111000123"
)

const nationLogin = "nation.admin"

// Accounts lists everybody, administrators before those whose accounts they
// open. New people go to the end: who loaded an older version gets them then.
func Accounts() []Account {
	return []Account{
		{nationLogin, "全国管理员", "全国系统管理员", "national administrator", org.BureauSysadmin, "", ""},
		{"province.admin", "龙建国", "省系统管理员", "province's administrator", org.BureauSysadmin, provinceCode, nationLogin},
		{"province.head", "吴卫东", "省学籍处处长", "province's head", org.BureauHead, provinceCode, "province.admin"},
		{"city.admin", "田丽", "市系统管理员", "city's administrator", org.BureauSysadmin, cityCode, "province.admin"},
		{"city.head", "杨志强", "市学籍科科长", "city's head", org.BureauHead, cityCode, "city.admin"},
		{"city.reviewer", "罗敏", "市学籍管理员", "city's reviewer", org.BureauReviewer, cityCode, "city.admin"},
		{"county.admin", "陈涛", "区系统管理员", "county's administrator", org.BureauSysadmin, countyCode, "city.admin"},
		{"county.head", "黄海燕", "区学籍科科长", "county's head", org.BureauHead, countyCode, "county.admin"},
		{"county.reviewer", "何静", "区学籍管理员", "county's reviewer", org.BureauReviewer, countyCode, "county.admin"},
		{"county.viewer", "石磊", "区统计员", "county's viewer", org.BureauViewer, countyCode, "county.admin"},
		{"school.admin", "任强", "学校系统管理员", "school's administrator", org.SchoolSysadmin, schoolCode, "county.admin"},
		{"registrar", "周敏", "学籍管理员", "registrar", org.SchoolRegistrar, schoolCode, "school.admin"},
		{"leader", "王芳", "学籍主管领导", "school leader", org.SchoolLeader, schoolCode, "school.admin"},
		{"principal", "李伟", "校长", "principal", org.Principal, schoolCode, "school.admin"},
		{"school2.admin", "安琪", "学校系统管理员", "second school's administrator", org.SchoolSysadmin, secondCode, "city.admin"},
		{"registrar2", "潘勇", "学籍管理员", "second school's registrar", org.SchoolRegistrar, secondCode, "school2.admin"},
		{"leader2", "冉雪", "学籍主管领导", "second school's leader", org.SchoolLeader, secondCode, "school2.admin"},
		{"beijing.admin", "赵磊", "北京市系统管理员", "administrator of Beijing", org.BureauSysadmin, farProvinceCode, nationLogin},
		{"beijing.head", "高翔", "北京市学籍处处长", "head of Beijing", org.BureauHead, farProvinceCode, "beijing.admin"},
		{"dongcheng.admin", "孙琳", "东城区系统管理员", "administrator of Dongcheng", org.BureauSysadmin, farCountyCode, "beijing.admin"},
		{"dongcheng.head", "马骏", "东城区学籍科科长", "head of Dongcheng", org.BureauHead, farCountyCode, "dongcheng.admin"},
		{"dongcheng.reviewer", "郭佳", "东城区学籍管理员", "reviewer of Dongcheng", org.BureauReviewer, farCountyCode, "dongcheng.admin"},
		{"school3.admin", "金鑫", "学校系统管理员", "administrator of the school in Beijing", org.SchoolSysadmin, farCode, "dongcheng.admin"},
		{"registrar3", "宋雨", "学籍管理员", "registrar of the school in Beijing", org.SchoolRegistrar, farCode, "school3.admin"},
		{"leader3", "韩冰", "学籍主管领导", "leader of the school in Beijing", org.SchoolLeader, farCode, "school3.admin"},
		// A second reviewer at each bureau that decides: a correction (CHANGE_CORRECTION)
		// needs two people of one bureau.
		{"county.reviewer2", "邓洁", "区学籍管理员（复核）", "county's second reviewer", org.BureauReviewer, countyCode, "county.admin"},
		{"city.reviewer2", "谢军", "市学籍管理员（复核）", "city's second reviewer", org.BureauReviewer, cityCode, "city.admin"},
		{"dongcheng.reviewer2", "许晴", "东城区学籍管理员（复核）", "second reviewer of Dongcheng", org.BureauReviewer, farCountyCode, "dongcheng.admin"},
		// The junior school that graduates of the first school go on to.
		{"school4.admin", "蒋帆", "学校系统管理员", "administrator of the junior school", org.SchoolSysadmin, juniorCode, "county.admin"},
		{"registrar4", "万青", "学籍管理员", "registrar of the junior school", org.SchoolRegistrar, juniorCode, "school4.admin"},
		{"leader4", "曾毅", "学籍主管领导", "leader of the junior school", org.SchoolLeader, juniorCode, "school4.admin"},
	}
}

// school is a made-up school. Its managing bureau says who decides; where it
// lies is another thing: the second one lies in the county and answers to the city.
type school struct {
	code, name, bureau, division, admin string
	stage                               org.Stage
	classes                             map[int]int // entry year to number of classes
}

func schools() []school {
	return []school{
		{schoolCode, "南明区示例小学", countyCode, countyCode, "county.admin", org.Primary, map[int]int{2026: 11, 2025: 4, 2024: 2, 2023: 2, 2022: 2, 2021: 2}},
		{secondCode, "贵阳市直属示例小学", cityCode, countyCode, "city.admin", org.Primary, map[int]int{2026: 2, 2025: 2, 2024: 2, 2023: 2, 2022: 2, 2021: 2}},
		{juniorCode, "南明区示例初级中学", countyCode, countyCode, "county.admin", org.Junior, map[int]int{2027: 2}},
		{farCode, "东城区示例小学", farCountyCode, farCountyCode, "dongcheng.admin", org.Primary, map[int]int{2026: 2, 2025: 2, 2024: 2, 2023: 2, 2022: 2, 2021: 2}},
	}
}

func schoolOf(code string) school {
	for _, s := range schools() {
		if s.code == code {
			return s
		}
	}
	return school{code: code}
}

func accountOf(login string) Account {
	for _, a := range Accounts() {
		if a.Login == login {
			return a
		}
	}
	return Account{Login: login}
}
