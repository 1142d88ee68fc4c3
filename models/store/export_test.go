package store

// NumberPlaceholders writes the question marks of a statement as PostgreSQL wants them.
var NumberPlaceholders = numberPlaceholders
