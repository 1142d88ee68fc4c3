package rest

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// causeOf writes an error for the log. A database error may quote the row it
// failed on, so of that only its code and the names of table and constraint are kept.
func causeOf(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		text := "postgres " + pg.Code
		if pg.TableName != "" {
			text += " table " + pg.TableName
		}
		if pg.ConstraintName != "" {
			text += " constraint " + pg.ConstraintName
		}
		return text
	}
	// An error of reading a row quotes what it could not convert.
	text, _, _ := strings.Cut(err.Error(), "converting driver.Value")
	return text
}

// gone says whether the work ended because the caller closed the connection: a page that was
// left, a tab that was shut.
func gone(ctx context.Context, err error) bool {
	return errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled)
}

// databaseDown says whether the database cannot be reached or is starting or
// stopping: nothing was done, and trying again in a moment helps.
func databaseDown(err error) bool {
	var (
		pg      *pgconn.PgError
		connect *pgconn.ConnectError
	)
	if errors.As(err, &connect) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) {
		return true
	}
	return errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "57P0") || strings.HasPrefix(pg.Code, "08") || pg.Code == "53300")
}

// overtaken says whether two transactions waited for each other and PostgreSQL
// ended this one: nothing was done, and the other one is through.
func overtaken(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "40P01"
}

// unstorable says whether the database refused a text for a character it cannot
// keep; the tidier should have refused it before.
func unstorable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05")
}

// secondWall says whether a policy of row-level security refused a row. A
// missing grant has the same SQLSTATE and stays an internal error.
func secondWall(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501" && pg.Routine == "ExecWithCheckOptions"
}
