package api

import (
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xueji/xueji/models/problem"
)

// What people type is looked at once, here, before any handler sees it.
//
// Every text of every request is refused when it holds control characters: no
// form needs them and the database keeps no U+0000. A field with the tag
//
//	text:"free"      loses what cannot be seen, and white space around it;
//	text:"required"  must have something left after that.
//
// So a reason made of invisible characters is no reason, and a direction
// override cannot make a remark read otherwise than it was written.
const textTag = "text"

// tidyInput checks and tidies a decoded input in place.
func tidyInput(in any) error {
	var found []*problem.Error
	tidyParameters(reflect.ValueOf(in).Elem(), &found)
	return problem.Join(found...)
}

// tidyParameters goes through the parts of a request: parameters and body.
func tidyParameters(request reflect.Value, found *[]*problem.Error) {
	for i := range request.NumField() {
		field, value := request.Type().Field(i), request.Field(i)
		switch {
		case field.Anonymous && value.Kind() == reflect.Struct:
			tidyParameters(value, found)
		case field.Name == "Body":
			tidyValue(value, "", field.Tag, found)
		case field.IsExported() && field.Name != "RawBody":
			tidyValue(value, parameterName(field.Tag), field.Tag, found)
		}
	}
}

func parameterName(tag reflect.StructTag) string {
	for _, place := range []string{"path", "query", "header"} {
		if name := tag.Get(place); name != "" {
			name, _, _ = strings.Cut(name, ",")
			return name
		}
	}
	return ""
}

func tidyValue(value reflect.Value, pointer string, tag reflect.StructTag, found *[]*problem.Error) {
	switch value.Kind() {
	case reflect.String:
		text, e := tidyText(value.String(), tag)
		if e != nil {
			*found = append(*found, e.At(pointer).With("field", pointer[strings.LastIndexByte(pointer, '/')+1:]))
		} else if text != value.String() {
			value.SetString(text)
		}
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() && value.Elem().CanSet() {
			tidyValue(value.Elem(), pointer, tag, found)
		}
	case reflect.Slice:
		for i := range value.Len() {
			tidyValue(value.Index(i), pointer+"/"+strconv.Itoa(i), tag, found)
		}
	case reflect.Map:
		tidyMap(value, pointer, tag, found)
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case !field.IsExported():
			case field.Anonymous && name == "":
				tidyValue(value.Field(i), pointer, field.Tag, found)
			default:
				tidyValue(value.Field(i), pointer+"/"+name, field.Tag, found)
			}
		}
	default: // numbers and identifiers are no text
	}
}

// tidyMap handles the items of a form: their names are the caller's, too.
func tidyMap(items reflect.Value, pointer string, tag reflect.StructTag, found *[]*problem.Error) {
	if items.Type().Key().Kind() != reflect.String {
		return
	}
	for _, key := range items.MapKeys() {
		if unfit(key.String()) {
			*found = append(*found, problem.New(problem.WrongCharacters).At(pointer).With("field", pointer[strings.LastIndexByte(pointer, '/')+1:]))
			continue
		}
		name := key.String()
		if !fieldForm.MatchString(name) {
			name = "?"
		}
		item := reflect.New(items.Type().Elem()).Elem()
		item.Set(items.MapIndex(key))
		tidyValue(item, pointer+"/"+name, tag, found)
		items.SetMapIndex(key, item)
	}
}

func tidyText(text string, tag reflect.StructTag) (string, *problem.Error) {
	if unfit(text) {
		return text, problem.New(problem.WrongCharacters)
	}
	rule, tagged := tag.Lookup(textTag)
	if !tagged {
		return text, nil
	}
	text = visible(text)
	least, _ := strconv.Atoi(tag.Get("minLength"))
	switch length := utf8.RuneCountInString(text); {
	case length == 0 && rule == "required":
		return text, problem.New(problem.Required)
	case length > 0 && length < least:
		return text, problem.New(problem.TooShort).With("min", strconv.Itoa(least))
	}
	return text, nil
}

// unfit says whether a text has characters no text of the register may have.
func unfit(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	})
}

// visible gives a text without what cannot be seen (zero width, direction marks
// and overrides, Unicode class Cf) and without white space around it.
func visible(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text))
}
