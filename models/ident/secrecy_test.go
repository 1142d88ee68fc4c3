package ident_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/ident"
)

// holder has fields fmt reads without asking the values how they want to be printed.
type holder struct {
	id     ident.CitizenID
	number ident.StudentNumber
	list   []ident.CitizenID
	byID   map[ident.CitizenID]int
	Open   ident.CitizenID
}

func TestSecretsNeverLeakByAccident(t *testing.T) {
	const full = "520102201503010018"
	id := citizen(t, full)
	number := ident.FormalNumber(id)
	h := holder{id, number, []ident.CitizenID{id}, map[ident.CitizenID]int{id: 1}, id}

	var outputs []string
	for _, value := range []any{id, &id, number, &number, h, &h, []any{id, number}, map[string]any{"id": id}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%08.3f"} {
			outputs = append(outputs, fmt.Sprintf(verb, value))
		}
		text, err := json.Marshal(value)
		require.NoError(t, err)
		outputs = append(outputs, string(text))

		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("seen", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("seen", "value", value)
		outputs = append(outputs, log.String())
	}
	text, err := yaml.Marshal(map[string]any{"id": id, "number": number})
	require.NoError(t, err)
	outputs = append(outputs, string(text))

	for _, out := range outputs {
		require.NotContains(t, out, "20150301", out)
		require.NotContains(t, out, fmt.Sprintf("%x", full), out)
		require.NotContains(t, out, fmt.Sprintf("%X", full), out)
	}
}

func TestMaskedForms(t *testing.T) {
	id := citizen(t, "520102201503010018")
	const masked = "520*************18"
	require.Equal(t, masked, id.String())
	require.Equal(t, masked, fmt.Sprintf("%#v", id))
	require.Equal(t, `"`+masked+`"`, fmt.Sprintf("%q", id))
	text, err := json.Marshal(map[string]any{"id": id, "number": ident.FormalNumber(id), "none": ident.CitizenID{}})
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"`+masked+`","number":"G`+masked+`","none":""}`, string(text))

	var read ident.CitizenID
	require.Error(t, json.Unmarshal([]byte(`"520102201503010018"`), &read), "a masked form must never be read back") //nolint:staticcheck // that it cannot be read is the point
}

func TestMasks(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"12":                "**",
		"12345":             "*****",
		"H01234":            "H****4",
		"M123456789":        "M12*****89",
		"52010220150301001": "520************01",
		"户口簿号码一二三四五六七":      "户口簿*******六七",
	} {
		require.Equal(t, want, ident.MaskDocument(text))
	}
	for text, want := range map[string]string{
		"15412345678": "154****5678", "085118312051": "085*****2051", "8312051": "*****51", "110": "***", "": "",
	} {
		require.Equal(t, want, ident.MaskPhone(text))
	}
	for text, want := range map[string]string{
		"张三": "张*", "欧阳修文": "欧***", "郝𬭎": "郝*", "𬭎": "*", "": "", "买买提·吐尔逊": "买******",
	} {
		require.Equal(t, want, ident.MaskName(text))
	}
}

func FuzzMasks(f *testing.F) {
	f.Add("520102201503010018")
	f.Add("郝𬭎")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		before := len([]rune(text))
		for _, masked := range []string{ident.MaskDocument(text), ident.MaskPhone(text), ident.MaskName(text)} {
			if after := len([]rune(masked)); after != before {
				t.Fatalf("%d characters became %d", before, after)
			}
		}
	})
}
