package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/api"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// remedy is advice in words, and what does it in this version.
type remedy struct {
	Words      []string
	Kinds      []process.Kind
	Operations []string
	Commands   []string
	People     bool // done outside of the system, or by typing again
}

func remedies(t *testing.T) (list []remedy) {
	t.Helper()
	text, err := os.ReadFile("testdata/remedies.yaml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &list))
	return list
}

// sentences are all sentences that advise somebody, by what they belong to.
func sentences(t *testing.T) map[string]refusal.Entry {
	t.Helper()
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	all := map[string]refusal.Entry{}
	for _, code := range catalogue.Codes() {
		all["refusal "+string(code)] = catalogue.Entry(code)
	}
	for _, kind := range notice.Kinds() {
		zh, en := notice.Say(kind, refusal.Chinese, notice.Facts{}), notice.Say(kind, refusal.English, notice.Facts{})
		all["notice "+kind] = refusal.Entry{Zh: zh.Title + "。" + zh.Text, En: en.Title + ". " + en.Text}
	}
	for _, f := range casework.Findings() {
		all["finding "+string(f)] = refusal.Entry{Zh: f.Detail(refusal.Chinese, nil), En: f.Detail(refusal.English, nil)}
	}
	for _, a := range casework.Actions() {
		all["action "+string(a)] = refusal.Entry{Zh: a.Sentence(refusal.Chinese, nil), En: a.Sentence(refusal.English, nil)}
	}
	for of, text := range api.Advice() {
		all[of] = refusal.Entry{Zh: text.Zh, En: text.En}
	}
	return all
}

// What remedies rest on exists: every kind, every operation, every command.
func TestRemediesNameExistingCommandsAndOperations(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	operations, err := api.Operations()
	require.NoError(t, err)
	for _, r := range remedies(t) {
		require.True(t, r.People || len(r.Kinds)+len(r.Operations)+len(r.Commands) > 0, "%v: nothing does it", r.Words)
		for _, kind := range r.Kinds {
			require.Contains(t, known.Kinds(), kind, "%v", r.Words)
		}
		for _, id := range r.Operations {
			require.True(t, slices.ContainsFunc(operations, func(op rest.Operation) bool { return op.ID == id }), "%v: no operation %s", r.Words, id)
		}
		for _, line := range r.Commands {
			_, rest, err := newRootCommand().Find(strings.Fields(line))
			require.NoError(t, err)
			require.Empty(t, rest, "%v: no command %q", r.Words, line)
		}
	}
}

// commandLine finds a command of the program in a sentence, with the switches named.
var commandLine = regexp.MustCompile(`xueji ([a-z]+(?: [a-z]+)*)((?: --[a-z-]+)*)`)

// A command that a sentence names exists, with its switches.
func TestEveryCommandInASentenceExists(t *testing.T) {
	found := 0
	for of, e := range sentences(t) {
		for _, m := range append(commandLine.FindAllStringSubmatch(e.Zh, -1), commandLine.FindAllStringSubmatch(e.En, -1)...) {
			command, rest, err := newRootCommand().Find(strings.Fields(m[1]))
			require.NoError(t, err, of)
			require.Empty(t, rest, "%s: no command %q", of, m[1])
			for _, flag := range strings.Fields(m[2]) {
				require.NotNil(t, command.Flag(strings.TrimPrefix(flag, "--")), "%s: %q has no %s", of, m[1], flag)
			}
			found++
		}
	}
	require.Greater(t, found, 5)
}

// Every clause that asks for something uses words whose remedy is known.
func TestEverySentenceAdvisesWhatExists(t *testing.T) {
	var words []string
	for _, r := range remedies(t) {
		words = append(words, r.Words...)
	}
	clauses := regexp.MustCompile(`[。；：，]`)
	for of, e := range sentences(t) {
		for _, clause := range clauses.Split(e.Zh, -1) {
			_, asked, asks := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(clause, "请求", "求"), "申请", "申办"), "请")
			if !asks {
				continue
			}
			if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(asked, w) }) {
				t.Errorf("%s: nobody knows what does %q", of, asked)
			}
		}
	}
}

// business finds what a sentence says is applied for or done.
var business = regexp.MustCompile(`(?:改办|办理|申请)“?(\p{Han}{2,12})`)

// notBusiness are the beginnings of what follows such a verb and is no kind.
var notBusiness = []string{"业务", "此业务", "其他业务", "对应的业务", "此项业务", "一项业务", "的业务", "相应的离校业务", "相应业务", "反向业务", "高中转学", "毕业后跨省就学", "过毕业后跨省就学",
	"批量转学", "该生转入", "转入", "离校手续", "名单", "仲裁", "恢复", "佐证申请", "学校", "单位", "人", "记录", "信息", "期限", "时间", "意见", "对象", "者", "开除学籍", "请重新申请", "其待办", "角色", "结果", "时再查看"}

// A kind that a sentence sends people to is a kind of the catalogue: nobody is sent to
// a graduation or to a change of class where there is none.
func TestNoSentenceSendsToAKindThatDoesNotExist(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	var names []string
	for _, kind := range known.Kinds() {
		name, _, _ := strings.Cut(known.NameOf(kind).Zh, "（")
		names = append(names, name)
	}
	code := regexp.MustCompile(`\b[A-Z]{4,}(?:_[A-Z]+)*\b`)
	for of, e := range sentences(t) {
		_, advice, _ := strings.Cut(e.Zh, "。")
		advice = strings.NewReplacer("不办理", "", "等待办理", "", "尚未办理", "").Replace(advice)
		for _, found := range business.FindAllStringSubmatch(advice, -1) {
			fits := func(name string) bool { return strings.HasPrefix(found[1], name) }
			if !slices.ContainsFunc(names, fits) && !slices.ContainsFunc(notBusiness, fits) {
				t.Errorf("%s sends to %q, which is no kind", of, found[1])
			}
		}
		for _, word := range append(code.FindAllString(e.Zh, -1), code.FindAllString(e.En, -1)...) {
			if !slices.Contains([]string{"JPEG", "HEIC", "JSON", "ETAG", "TRANSFER_FORM", "TRUE", "FALSE", "NULL", "NAMESPACE", "NAME", "WORK"}, word) {
				require.Contains(t, known.Kinds(), process.Kind(word), of)
			}
		}
	}
}

// English sentences hold no Chinese but headers of the national sheet and terms in
// brackets; Chinese sentences hold no names of fields of the API.
func TestEachSentenceIsInOneLanguage(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	field := regexp.MustCompile(`\b[a-z]+(?:_[a-z0-9]+)+\b`)
	place := regexp.MustCompile(`\{[a-z0-9_]+\}`)
	term := regexp.MustCompile(`\(\p{Han}+\)|学生基本信息|20220517-长期`)
	for of, e := range sentences(t) {
		require.NotRegexp(t, han, term.ReplaceAllString(e.En, ""), of)
		require.NotRegexp(t, field, place.ReplaceAllString(e.Zh, ""), of)
	}
}
