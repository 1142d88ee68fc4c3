package api

// recordCases: pupils' records, evidence and rosters.
func recordCases() map[string]matrixCase { return map[string]matrixCase{} }
