package e2e

// plannedSchool gives the county's school a plan that a change of it can enlarge.
func plannedSchool(s *Stack, c *County) map[string]any {
	s.plan(c, "PRIMARY", 40)
	return map[string]any{}
}

// absorbedSchool makes a school without pupils that the county's school absorbs.
func absorbedSchool(s *Stack, c *County) map[string]any {
	s.T.Helper()
	_, from := s.Receiver(c, "PRIMARY", 2025)
	return map[string]any{"inputs": map[string]string{"from": from, "into": s.codeOf(c.School), "reason": "生源减少，两校合并"}}
}
