package keyring

// SealedColumns are the columns, with their tables, that a rotation of the keys brings to
// new keys.
func SealedColumns() (columns []string) {
	for _, p := range secretTables() {
		for _, c := range p.ciphers {
			if c.member == "" {
				columns = append(columns, p.table+"."+c.column)
			}
		}
		for _, h := range p.hashes {
			columns = append(columns, p.table+"."+h)
		}
	}
	return columns
}
