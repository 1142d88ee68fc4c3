package process

import (
	"slices"

	"github.com/xueji/xueji/models/org"
)

// Route is the distance between the two offices of a change; it decides which chain runs.
type Route string

// The routes of a transfer (domain 3.4.5).
const (
	SameBureau    Route = "SAME_BUREAU"    // one managing bureau, KT50
	SameProvince  Route = "SAME_PROVINCE"  // two bureaux of one province, KT51
	CrossProvince Route = "CROSS_PROVINCE" // KT52
)

// The routes of business about one record, which has no other office.
const (
	OwnRecord Route = "OWN_RECORD" // the record itself is in doubt
	GNumber   Route = "G_NUMBER"   // the record has a formal number (D7)
)

// Routes lists every route between two offices, the nearest first.
func Routes() []Route { return []Route{SameBureau, SameProvince, CrossProvince} }

// allRoutes lists every route that a chain may have, the nearest first.
func allRoutes() []Route { return append(Routes(), OwnRecord, GNumber) }

// DefineFor returns the definition of a kind that has a chain for each sort of case, all
// of it under one policy. It is false when the kind is unknown or has no such chain.
func (c *Catalogue) DefineFor(kind Kind, stage org.Stage, route Route, p Policy) (Definition, bool) {
	d, ok := c.Define(kind, stage, p)
	if !ok || len(d.Routes[route]) == 0 {
		return Definition{}, false
	}
	d.Steps, d.Routes = d.Routes[route], nil
	return d, true
}

// DefineRoute returns the definition of a kind that runs between two offices. The
// receiving side's steps and all automatic steps follow the receiving province's policy,
// the releasing side's steps the releasing province's (D3). A kind without routes has one
// chain for every distance. It is false when the kind is unknown or the other side has no
// step in it.
func (c *Catalogue) DefineRoute(kind Kind, stage org.Stage, route Route, receiving, releasing Policy) (Definition, bool) {
	d, ok := c.Define(kind, stage, receiving)
	if !ok {
		return Definition{}, false
	}
	out, _ := c.Define(kind, stage, releasing)
	theirs := out.Steps
	if len(d.Routes) > 0 {
		d.Steps, theirs = d.Routes[route], out.Routes[route]
	}
	d.Routes = nil
	if !slices.ContainsFunc(d.Steps, func(s Step) bool { return s.Side == SideOut }) {
		return Definition{}, false
	}
	if route == CrossProvince {
		d.OutPolicy = &releasing
		d.Steps = spliced(d.Steps, theirs)
	}
	return d, true
}

// spliced replaces the releasing side's steps of one chain by those of another.
func spliced(in, out []Step) []Step {
	var theirs []Step
	for _, s := range out {
		if s.Side == SideOut {
			theirs = append(theirs, s)
		}
	}
	var chain []Step
	for _, s := range in {
		if s.Side != SideOut {
			chain = append(chain, s)
			continue
		}
		chain = append(chain, theirs...)
		theirs = nil // all of them stand where the first one stood
	}
	return chain
}
