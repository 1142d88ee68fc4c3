package demo

import (
	"net/http"
	"strings"
)

// importRoster: a trial of a sheet full of mistakes, then the clean one, which
// the leader confirms and the bureau approves.
func (p *play) importRoster() {
	p.scene("名册导入", "A roster is imported")
	p.school = p.office("registrar", schoolCode)
	p.classes = p.classesOf("registrar", p.school)
	p.tryMessySheet()

	p.does("registrar", "改好后上传名册，提交", "uploads the corrected roster and files it")
	up := p.upload("registrar", http.StatusCreated, "zh", "/v1/rosters", cleanSheet, p.file("rosters/"+cleanSheet))
	p.sees("%s：可导入 to be taken %s，不可导入 refused %s", up.text("roster.state_label"), up.text("counts.good"), up.text("counts.rejected"))
	p.expect(up.text("counts.rejected") == "0" && up.text("counts.good") != "0", "every row of the clean roster is good")
	again := p.upload("registrar", http.StatusOK, "zh", "/v1/rosters", cleanSheet, p.file("rosters/"+cleanSheet))
	p.sees("同一文件再次上传，什么也不会改变 the same file again changes nothing: repeated=%s", again.text("repeated"))
	p.expect(again.text("roster.id") == up.text("roster.id"), "the same file is the same roster")
	change := p.fileChange(map[string]any{"kind": "ROSTER_IMPORT", "roster_id": up.text("roster.id")})

	p.approve("leader", change, "已核对")
	p.approve("county.reviewer", change, "同意注册")
	p.ends(change, "EFFECTIVE")
	for _, n := range p.call("leader", http.StatusOK, http.MethodGet, "/v1/orgs/"+p.school+"/student-counts", nil).list("") {
		p.sees("在籍 in the register: %s %s", n.text("status_label"), n.text("count"))
		p.expect(n.text("count") == up.text("counts.good"), "as many records as good rows")
	}
}

// tryMessySheet shows a few findings of a dry run in both languages.
func (p *play) tryMessySheet() {
	p.does("registrar", "试校验一份有错误的名册", "tries a roster full of mistakes")
	sheet := p.file("rosters/roster-messy.xlsx")
	zh := p.upload("registrar", http.StatusOK, "zh", "/v1/rosters?dry_run=true", "roster-messy.xlsx", sheet)
	en := p.upload("registrar", http.StatusOK, "en", "/v1/rosters?dry_run=true", "roster-messy.xlsx", sheet)
	p.sees("读取 read %s，可导入 good %s（其中有提示 with a remark %s），不可导入 refused %s，跳过 skipped %s", zh.text("counts.read"),
		zh.text("counts.good"), zh.text("counts.remarked"), zh.text("counts.rejected"), zh.text("counts.skipped"))
	p.expect(zh.text("counts.rejected") != "0", "the messy roster has rows that are refused")
	english := en.list("rows")
	shown := map[string]bool{}
	for i, row := range zh.list("rows") {
		for j, f := range row.list("findings") {
			if shown[f.text("code")] || len(shown) == 6 || i >= len(english) || len(english[i].list("findings")) <= j {
				continue
			}
			shown[f.text("code")] = true
			where := strings.TrimSpace("第" + f.text("row") + "行 " + f.text("column") + " " + f.text("header"))
			p.sees("%s %s %s", where, f.text("value"), f.text("detail"))
			p.sees("    %s", english[i].list("findings")[j].text("detail"))
		}
	}
	p.expect(len(shown) > 3, "the findings say what is wrong")
	count := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/orgs/"+p.school+"/student-counts", nil)
	p.expect(len(count.list("")) == 0, "a dry run keeps nothing")
}
