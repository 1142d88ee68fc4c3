package student

import (
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
)

// StageOf returns the stage as student numbers spell it.
func StageOf(s org.Stage) ident.Stage {
	switch s {
	case org.Primary:
		return ident.PrimaryStage
	case org.Junior:
		return ident.JuniorStage
	case org.Senior:
		return ident.SeniorStage
	}
	return 0
}
