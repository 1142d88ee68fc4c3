package rest

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

// formInput is a request as an area might describe it.
type formInput struct {
	Body struct {
		Inputs   map[string]string `json:"inputs,omitempty" text:"free"`
		Evidence []paper           `json:"evidence,omitempty"`
		Opinion  string            `json:"opinion,omitempty" text:"free"`
	}
}

type paper struct {
	Kind string `json:"kind"`
}

type remarkInput struct {
	Body struct {
		Text string `json:"text" text:"required"`
	}
}

func TestTextsAreTidiedInPlace(t *testing.T) {
	in := &formInput{}
	in.Body.Opinion = " 已\u202e补\u200b充 \n"
	in.Body.Inputs = map[string]string{"remark": "\u202eabc", "other": "\u200b"}
	in.Body.Evidence = []paper{{Kind: "X"}}
	require.NoError(t, tidier(nil).input(in))
	require.Equal(t, "已补充", in.Body.Opinion)
	require.Equal(t, map[string]string{"remark": "abc", "other": ""}, in.Body.Inputs)
}

func FuzzTidyText(f *testing.F) {
	f.Add(" a\u200b")
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, text string) {
		in := &remarkInput{}
		in.Body.Text = text
		if tidier(nil).input(in) == nil {
			require.True(t, utf8.ValidString(in.Body.Text))
			require.NotEmpty(t, in.Body.Text)
			again := in.Body.Text
			require.NoError(t, tidier(nil).input(in))
			require.Equal(t, again, in.Body.Text)
		} else {
			require.Contains(t, []refusal.Code{refusal.WrongCharacters, refusal.Required}, refusal.CodeOf(tidier(nil).input(in)))
		}
	})
}
