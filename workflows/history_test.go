package workflows_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/contract"
)

// record writes the histories anew. What a release has shipped is never
// recorded over: changes that began under it may still be open. Add a file.
var record = flag.Bool("record", false, "record workflows/testdata/histories on a real server")

const histories = "testdata/histories"

// scenarios are what happens to changes, as steps of a recording.
func scenarios() map[string]func(s *site, change string) {
	return map[string]func(s *site, change string){
		"approve": func(s *site, change string) {
			s.counts(change, word{verb: approve})
			s.counts(change, word{verb: approve})
		},
		"reject": func(s *site, change string) { s.counts(change, word{verb: reject}) },
		"send-back": func(s *site, change string) {
			for _, w := range []word{
				{verb: approve},
				{verb: sendBack},
				{verb: resubmit},
				{verb: approve},
				{verb: sendBack, to: 1},
				{verb: approve},
				{verb: approve},
			} {
				s.counts(change, w)
			}
		},
		"withdraw": func(s *site, change string) { s.counts(change, word{verb: withdraw}) },
		"overdue": func(s *site, change string) {
			s.until("three reminders", func() bool { return len(s.store.said(change)) == 3 })
			s.counts(change, word{verb: reject})
		},
		"refresh": func(s *site, change string) {
			m, err := s.store.handIn(change, word{verb: approve})
			require.NoError(s.t, err)
			require.NoError(s.t, s.store.behind(change, m.SlipID))
			require.NoError(s.t, s.client.Refresh(s.ctx(), change))
			s.believesAt(change, 2)
			s.counts(change, word{verb: approve})
		},
		"refused-slip": func(s *site, change string) {
			result, err := s.say(change, word{verb: resubmit})
			require.NoError(s.t, err)
			require.Equal(s.t, contract.SlipResult{SlipID: result.SlipID, Outcome: contract.Refused, Code: notSentBack}, result)
			result, err = s.client.Say(s.ctx(), change, contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000dead", Step: contract.AnyStep})
			require.NoError(s.t, err)
			require.Equal(s.t, contract.ErrGone, result.Code)
			s.counts(change, word{verb: withdraw})
		},
		"in-full": func(s *site, change string) { // since the open step is shown in full
			s.until("three reminders", func() bool { return len(s.store.said(change)) == 3 })
			s.counts(change, word{verb: approve})
			s.counts(change, word{verb: approve})
		},
		"signal": func(s *site, change string) {
			require.NoError(s.t, s.client.Leave(s.ctx(), change, contract.SlipMessage{Step: 1, Round: 1})) // refused
			s.leave(change, word{verb: approve})
			s.believesAt(change, 2)
			s.leave(change, word{verb: approve})
		},
	}
}

// recordedFor says of which kinds a scenario is recorded: the workflow is one, and only
// its name differs.
func recordedFor(kind process.Kind, scenario string) bool {
	switch scenario {
	case "approve":
		return true
	case "in-full":
		return kind == process.Suspension
	}
	return slices.Contains(founders(), kind)
}

// automatic are scenarios of chains with an automatic first step: what the world
// outside answers, and what happens.
func automatic() map[string]struct {
	answers []string
	play    func(s *site, change string)
} {
	type scenario = struct {
		answers []string
		play    func(s *site, change string)
	}
	return map[string]scenario{
		"automatic-pass": {[]string{silence, pass}, func(s *site, change string) {
			s.believesAt(change, 2)
			s.counts(change, word{verb: approve})
		}},
		"automatic-fail": {[]string{fail}, func(*site, string) {}},
		"automatic-withdrawn": {[]string{silence}, func(s *site, change string) {
			s.until("two attempts", func() bool { return len(s.store.said(change)) >= 2 })
			s.counts(change, word{verb: withdraw})
		}},
	}
}

// ahead are scenarios of changes that are approved for a day ahead: what the record makes
// of it on the day, and what happens.
func ahead() map[string]struct {
	answers []string
	play    func(s *site, change string)
} {
	type scenario = struct {
		answers []string
		play    func(s *site, change string)
	}
	approved := func(s *site, change string) {
		s.counts(change, word{verb: approve})
		s.counts(change, word{verb: approve})
		s.believesAt(change, 3)
	}
	return map[string]scenario{
		"ahead-day": {[]string{pass}, approved},
		"ahead-withdrawn": {[]string{pass}, func(s *site, change string) {
			approved(s, change)
			s.counts(change, word{verb: withdraw})
		}},
		"ahead-fails": {[]string{fail}, func(s *site, change string) {
			approved(s, change)
			s.believesAt(change, 2)
			s.counts(change, word{verb: approve})
		}},
	}
}

// withDay lists the kinds that may be asked for a day ahead.
func withDay() []process.Kind { return []process.Kind{process.Suspension, process.GoneAbroad} }

// withAct lists the kinds whose chains have an automatic step.
func withAct() []process.Kind { return []process.Kind{process.Transfer, process.KeyDataChange} }

func file(kind process.Kind, scenario string) string {
	return filepath.Join(histories, kind.WorkflowName()+"-"+scenario+".json")
}

// TestRecordHistories plays every scenario for every kind on the real server,
// and writes the histories when it is asked to:
//
//	go test ./workflows -run TestRecordHistories -record
func TestRecordHistories(t *testing.T) {
	played := kinds()
	if !*record {
		played = played[:1] // the workflow is one; the names differ
	}
	s := newSite(t)
	s.work()
	for _, kind := range played {
		for scenario, play := range scenarios() {
			if !recordedFor(kind, scenario) {
				continue
			}
			term := time.Hour
			if scenario == "overdue" || scenario == "in-full" {
				term = 300 * time.Millisecond
			}
			change := s.store.file(chain(), term)
			require.NoError(t, s.client.Start(s.ctx(), starting(change, kind)))
			s.believesAt(change, 1)
			play(s, change)
			s.keep(change, file(kind, scenario))
		}
	}
	for _, kind := range withAct() {
		for scenario, one := range automatic() {
			change := s.store.file(chain(), time.Hour)
			s.store.automatic(change, 1, one.answers...)
			require.NoError(t, s.client.Start(s.ctx(), starting(change, kind)))
			one.play(s, change)
			s.keep(change, file(kind, scenario))
		}
	}
	for _, kind := range withDay() {
		for scenario, one := range ahead() {
			change := s.store.file(chain(), time.Hour)
			s.store.ahead(change, 3*time.Second, one.answers...)
			require.NoError(t, s.client.Start(s.ctx(), starting(change, kind)))
			one.play(s, change)
			s.keep(change, file(kind, scenario))
		}
	}
}

// keep waits for the end of a change, replays its history and, when recording,
// writes the ones that are not there yet: what a release shipped stays as it was.
func (s *site) keep(change, path string) {
	s.t.Helper()
	s.ends(change)
	text := s.recorded(contract.WorkflowID(change))
	require.NotRegexp(s.t, `(?i)worker_?unhandled_?failure|non_?deterministic`, string(text), "no task of it failed for a fault of ours")
	require.NoError(s.t, replay(s.t, text, workflows.Change))
	if _, err := os.Stat(path); *record && os.IsNotExist(err) {
		require.NoError(s.t, os.WriteFile(path, text, 0o644))
	}
}

// recorded gives the history of a workflow without what names this computer.
func (s *site) recorded(id string) []byte {
	s.t.Helper()
	var history historypb.History
	events := s.sdk.GetWorkflowHistory(s.ctx(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(s.t, err)
		if queue := event.GetWorkflowTaskScheduledEventAttributes().GetTaskQueue(); queue.GetKind() == enums.TASK_QUEUE_KIND_STICKY {
			queue.Name = identity // the SDK puts the host's name in
		}
		history.Events = append(history.Events, event)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&history)
	require.NoError(s.t, err)
	return text
}

// replay runs a recorded history against a workflow function under all names.
func replay(t *testing.T, text []byte, function any) error {
	t.Helper()
	history, err := sdk.HistoryFromJSON(strings.NewReader(string(text)), sdk.HistoryJSONOptions{})
	require.NoError(t, err)
	replayer := worker.NewWorkflowReplayer()
	for _, kind := range kinds() {
		replayer.RegisterWorkflowWithOptions(function, workflow.RegisterOptions{Name: kind.WorkflowName()})
	}
	return replayer.ReplayWorkflowHistory(nothing{}, history)
}

// recordings are the histories of changes.
func recordings(t *testing.T) map[string][]byte { return recordingsIn(t, histories) }

func recordingsIn(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	texts := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		texts[name] = text
	}
	return texts
}

func TestRecordedHistoriesReplay(t *testing.T) {
	for name, text := range recordings(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			require.NoError(t, replay(t, text, workflows.Change),
				"changes that began under the recorded code could not go on: use workflow.GetVersion")
		})
	}
}

// Every kind that can be filed is recorded, the founders in every scenario.
func TestEveryKindIsRecorded(t *testing.T) {
	catalogue, err := process.Load()
	require.NoError(t, err)
	have := recordings(t)
	for _, kind := range catalogue.Kinds() {
		require.Contains(t, kinds(), kind, "a new kind: add it to kinds() and record it")
		for scenario := range scenarios() {
			if recordedFor(kind, scenario) {
				require.Contains(t, slices.Collect(maps.Keys(have)), file(kind, scenario))
			}
		}
	}
	for _, kind := range withDay() {
		for scenario := range ahead() {
			require.Contains(t, slices.Collect(maps.Keys(have)), file(kind, scenario))
		}
	}
	for _, kind := range withAct() {
		for scenario := range automatic() {
			require.Contains(t, slices.Collect(maps.Keys(have)), file(kind, scenario))
		}
	}
}

// TestAChangedWorkflowDoesNotReplay shows that the replay tests can fail.
func TestAChangedWorkflowDoesNotReplay(t *testing.T) {
	restFirst := func(ctx workflow.Context, in contract.ChangeInput) (contract.Position, error) {
		if err := workflow.Sleep(ctx, time.Second); err != nil {
			return contract.Position{}, err
		}
		return workflows.Change(ctx, in)
	}
	texts := recordings(t)
	require.NotEmpty(t, texts)
	for name, text := range texts {
		require.ErrorContains(t, replay(t, text, ungated), "TMPRL1100", name)
		require.ErrorContains(t, replay(t, text, restFirst), "TMPRL1100", name)
	}
}

// TestHistoriesNameNoPersonAndNoComputer keeps what is committed clean, and
// proves law 6 on what the engine really stores.
func TestHistoriesNameNoPersonAndNoComputer(t *testing.T) {
	host, err := os.Hostname()
	require.NoError(t, err)
	all := recordings(t)
	maps.Copy(all, recordingsIn(t, jobHistories))
	for name, text := range all {
		var history struct {
			Events []map[string]any `json:"events"`
		}
		require.NoError(t, json.Unmarshal(text, &history), name)
		require.NotEmpty(t, history.Events)
		for _, leak := range []string{"/tmp", "/work", "/root", "/home", "/Users", `"` + host + `"`, host + ":", "@" + host} {
			require.NotContains(t, string(text), leak, name)
		}
		for _, event := range history.Events {
			walk(event, func(key, value string) {
				if key == "identity" && value != "" {
					require.Contains(t, []string{identity, "history-service"}, value, name)
				}
			})
		}
	}
}

// walk visits every text of a JSON document.
func walk(node any, visit func(key, value string)) {
	switch at := node.(type) {
	case map[string]any:
		for key, value := range at {
			if text, ok := value.(string); ok {
				visit(key, text)
			} else {
				walk(value, visit)
			}
		}
	case []any:
		for _, value := range at {
			walk(value, visit)
		}
	}
}
