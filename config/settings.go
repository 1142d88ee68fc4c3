package config

import (
	"reflect"
	"strings"
)

// Setting describes one setting for help texts and error messages.
type Setting struct {
	Name    string // dotted, as in the file: http.listen
	Default string
	Example string
	Help    string
}

// Variable gives the name of the environment variable.
func (s Setting) Variable() string {
	return "XUEJI_" + strings.ToUpper(strings.ReplaceAll(s.Name, ".", "_"))
}

// Settings lists every setting in the order of Config.
func Settings() []Setting { return describe(reflect.TypeFor[Config](), "") }

func describe(section reflect.Type, prefix string) []Setting {
	var all []Setting
	for i := range section.NumField() {
		field := section.Field(i)
		name := field.Tag.Get("mapstructure")
		if name == "-" {
			continue
		}
		if field.Tag.Get("help") == "" {
			all = append(all, describe(field.Type, prefix+name+".")...)
			continue
		}
		all = append(all, Setting{
			Name: prefix + name, Default: field.Tag.Get("default"),
			Example: field.Tag.Get("example"), Help: field.Tag.Get("help"),
		})
	}
	return all
}
