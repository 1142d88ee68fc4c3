package e2e

import (
	"net/http"
	"time"
)

// Attention asks what needs attention and returns the actions to the findings of one change,
// or of the service where the change is "".
func (p *Person) Attention(change string) map[string]string {
	answer := p.Do(http.MethodGet, "/v1/operations/attention", nil, "")
	if answer.Status != http.StatusOK {
		return map[string]string{"status": string(answer.Raw)}
	}
	list, _ := answer.Get("service").([]any)
	items, _ := answer.Get("items").([]any)
	for _, item := range items {
		if one, _ := item.(map[string]any); change != "" && one["change_id"] == change {
			list, _ = one["findings"].([]any)
			return actions(list)
		}
	}
	if change != "" {
		return nil
	}
	return actions(list)
}

func actions(list []any) map[string]string {
	found := map[string]string{}
	for _, f := range list {
		finding, _ := f.(map[string]any)
		name, _ := finding["finding"].(string)
		found[name], _ = finding["action"].(string)
	}
	return found
}

// ToldWith waits until a finding of a change is told with its action.
func (p *Person) ToldWith(change, finding, action string) {
	p.s.T.Helper()
	p.s.Eventually(finding+" is told", 20*time.Second, func() bool { return p.Attention(change)[finding] == action })
}

// ToldNothing waits until nothing is told about a change any more.
func (p *Person) ToldNothing(change string) {
	p.s.T.Helper()
	p.s.Eventually("nothing is told any more", 30*time.Second, func() bool { return len(p.Attention(change)) == 0 })
}
