package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

func told(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, &o, &e)
	return o.String(), e.String(), code
}

func TestProcessListAndShow(t *testing.T) {
	out, _, code := told(t, "process", "list", "--lang", "zh")
	require.Zero(t, code)
	require.Contains(t, out, "SUSPENSION               v1  休学 — ")
	require.Contains(t, out, "    学校审核 → 主管部门审批")
	out, _, code = told(t, "process", "show", "transfer", "--lang", "en")
	require.Zero(t, code)
	require.Contains(t, out, "between provinces (CROSS_PROVINCE)")
	require.Contains(t, out, "province_audit_in: true")
	require.Contains(t, out, "act VALIDATE_TRANSFER")
	out, _, code = told(t, "process", "show", "TRANSFER", "--lang", "en", "--stage", "SENIOR")
	require.Zero(t, code)
	require.NotContains(t, out, "RECEIVING_PROVINCE", "off under the built-in policy")
	out, _, code = told(t, "process", "show", "SUSPENSION", "--lang", "en")
	require.Zero(t, code)
	for _, want := range []string{"XJYDLB: 11", "      12 Infectious disease", "Messages: ", "suspension_too_long", "Undone by: REINSTATEMENT"} {
		require.Contains(t, out, want)
	}
	_, errs, code := told(t, "process", "show", "NOTHING")
	require.NotZero(t, code)
	require.Contains(t, errs, "no kind NOTHING")
	_, _, code = told(t, "process", "show", "WITHDRAWAL", "--stage", "PRIMARY")
	require.NotZero(t, code)
}

// An entry that renames a step would stop a province whose policy names it.
func TestAnEntryMustFitThePoliciesInForce(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	policy, err := known.Overlay(4, []byte(`{"terms": {"SUSPENSION": {"LEADER_REVIEW": "3wd"}, "TRANSFER": {"GONE_LONG_AGO": "3wd"}}}`))
	require.NoError(t, err)
	entry, _ := known.Entry(process.Suspension)
	same, err := known.With(entry)
	require.NoError(t, err)
	require.NoError(t, outgrown(known, same, policy), "what did not fit before is not the entry's fault")
	entry.Steps = slices.Clone(entry.Steps)
	entry.Steps[0].Name = "HEAD_REVIEW"
	later, err := known.With(entry)
	require.NoError(t, err)
	err = outgrown(known, later, policy)
	require.ErrorContains(t, err, "version 4 of the policy would not fit any more")
	require.ErrorContains(t, err, "there is no step LEADER_REVIEW")
	require.NotContains(t, err.Error(), "GONE_LONG_AGO")
	require.NoError(t, outgrown(known, later, known.Default()))
}

func TestProcessCheck(t *testing.T) {
	out, _, code := told(t, "process", "check", "--lang", "en")
	require.Zero(t, code)
	require.Contains(t, out, "nothing is wrong")
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "candidate.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	entry := repositoryFile(t, "models/process/catalogue/suspension.yaml")
	out, _, code = told(t, "process", "check", "--lang", "en", write(entry))
	require.Zero(t, code)
	require.Contains(t, out, "SUSPENSION: nothing changes")
	out, _, code = told(t, "process", "check", "--lang", "en", write(strings.Replace(entry, "term: 10wd", "term: 5wd", 1)))
	require.Zero(t, code)
	require.Contains(t, out, `SUSPENSION /steps/LEADER_REVIEW/term: "10wd" → "5wd"`)
	require.Contains(t, out, "raise its version")
	out, _, code = told(t, "process", "check", "--lang", "zh", write("terms: {SUSPENSION: {LEADER_REVIEW: 3wd}}"))
	require.Zero(t, code)
	require.Contains(t, out, `环节期限 · 休学 · 学校审核: /terms/SUSPENSION/LEADER_REVIEW: null → "3wd"`)
	require.Contains(t, out, "SUSPENSION 休学 (PRIMARY, JUNIOR, SENIOR): LEADER_REVIEW → BUREAU_APPROVAL")
	_, errs, code := told(t, "process", "check", write(strings.Replace(entry, "kinds: [REINSTATEMENT]", "kinds: [NOTHING]", 1)))
	require.NotZero(t, code)
	require.Contains(t, errs, "reverse names NOTHING", "judged among the others, not by itself")
	_, errs, code = told(t, "process", "check", write("class_capacity: 0\nsame_person: PERHAPS\n"))
	require.NotZero(t, code)
	require.Contains(t, errs, "class_capacity")
	require.Contains(t, errs, "same_person", "every fault at once")
}
