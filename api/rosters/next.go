package rosters

import (
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
)

// checkWords are the sentences about a check that is made by a job, by where it stands.
func checkWords() map[string]process.Text {
	return map[string]process.Text{
		"begun": {
			Zh: "名册行数较多，正在后台分批校验。请查看批量任务的进度，完成后再提交名册。",
			En: "The roster is long and is being checked part by part. Look at the progress of its job, and file the roster when the job is done.",
		},
		"repeated": {
			Zh: "同一文件正在校验中，没有重复受理。请查看批量任务的进度，完成后再提交名册。",
			En: "The same file is being checked already, and nothing was begun twice. Look at the progress of its job, and file the roster when the job is done.",
		},
		"resumed": {
			Zh: "该名册的校验此前已停止，现从头继续，没有重复受理。请查看批量任务的进度，完成后再提交名册。",
			En: "The check of this roster had stopped and goes on from the first row; nothing was begun twice. Look at the progress of its job, and file the roster when the job is done.",
		},
		"stopped": {
			Zh: "该名册的校验已停止，已校验的行没有保留。请重新上传同一文件，或继续该批量任务，即可从头校验。",
			En: "The check of this roster has stopped, and no row of it was kept. Upload the file again or resume the job; the check then begins at the first row.",
		},
	}
}

// nextOfCheck says what goes on with a sheet that a job checks, and what to do.
func nextOfCheck(r *registration.Roster, repeated bool) process.Text {
	switch {
	case r.CheckStopped():
		return checkWords()["stopped"]
	case repeated:
		return checkWords()["repeated"]
	}
	return checkWords()["begun"]
}

// Advice lists the sentences that say what to do about a roster that is being checked.
func Advice() map[string]process.Text {
	all := map[string]process.Text{}
	for name, text := range checkWords() {
		all["check "+name] = text
	}
	return all
}
