package config

import (
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
)

// splitList reads "a, b" as a list and the empty text as an empty one.
func splitList(from, to reflect.Type, value any) (any, error) {
	if from.Kind() != reflect.String || to != reflect.TypeFor[[]string]() {
		return value, nil
	}
	list := []string{}
	for _, part := range strings.Split(reflect.ValueOf(value).String(), ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

// readable turns the decoder's errors, which quote values, into problems that
// name the setting and what was expected, and never the value.
func readable(err error, settings []Setting) []*Problem {
	var problems []*Problem
	for _, leaf := range leaves(err) {
		var at *mapstructure.DecodeError
		if !errors.As(leaf, &at) {
			problems = append(problems, &Problem{Setting: "config", What: "cannot be read"})
			continue
		}
		unknown, found := strings.CutPrefix(at.Unwrap().Error(), "has invalid keys: ")
		if found {
			problems = append(problems, typos(at.Name(), unknown, settings)...)
			continue
		}
		name := strings.ToLower(at.Name())
		problem := &Problem{Setting: name, What: "is not understood"}
		if i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name }); i >= 0 {
			problem.What = "is not " + kindOf(name)
			problem.Example = settings[i].Example
		}
		problems = append(problems, problem)
	}
	return problems
}

// leaves takes joined errors apart.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

// typos names settings of the file that do not exist, with the nearest that does.
func typos(section, unknown string, settings []Setting) []*Problem {
	var problems []*Problem
	for _, key := range strings.Split(unknown, ", ") {
		section = strings.TrimPrefix(strings.ToLower(section), "config.config") // the decoder's name of the root
		name := strings.TrimPrefix(section+"."+key, ".")
		problem := &Problem{Setting: name, What: "is not a setting"}
		best := slices.MinFunc(settings, func(a, b Setting) int { return distance(name, a.Name) - distance(name, b.Name) })
		if distance(name, best.Name) <= 3 {
			problem.What += "; did you mean " + best.Name + "?"
		}
		problems = append(problems, problem)
	}
	return problems
}

// distance is the number of letters to change, add or drop (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// kindOf says in words what a setting holds.
func kindOf(name string) string {
	value := valueOf(Config{}, name)
	switch kind := value.Kind(); {
	case value.Type() == reflect.TypeFor[time.Duration]():
		return "a duration"
	case value.Type() == reflect.TypeFor[slog.Level]():
		return "one of debug, info, warn, error"
	case kind == reflect.Float64:
		return "a number"
	case kind >= reflect.Int && kind <= reflect.Int64:
		return "a whole number"
	}
	return "of the right kind"
}

// valueOf finds a setting by its dotted name.
func valueOf(c Config, name string) reflect.Value {
	value := reflect.ValueOf(c)
	for _, part := range strings.Split(name, ".") {
		for i := range value.NumField() {
			if value.Type().Field(i).Tag.Get("mapstructure") == part {
				value = value.Field(i)
				break
			}
		}
	}
	return value
}
