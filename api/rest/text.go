package rest

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/typed"
)

// What people type is looked at once, here, before any handler sees it.
//
// Every text of every request is refused when it was damaged on its way or holds
// control characters (package typed says which). A field with the tag
//
//	text:"free"      loses what cannot be seen, and white space around it;
//	text:"required"  must show something after that.
//
// So a reason that shows nothing is no reason, and a direction override cannot
// make a remark read otherwise than it was written. Names of people, offices and
// classes (the tag named) are judged like those of the sheet. A list with the tag
// uniqueItems holds no value twice; see refineSchemas.
const textTag = "text"

// tidier checks and tidies what people type. It knows how the names of what the tag named
// says are judged.
type tidier map[string]func(name string) *refusal.Error

// input checks and tidies a decoded input in place.
func (j tidier) input(in any) error {
	var found []*refusal.Error
	j.parameters(reflect.ValueOf(in).Elem(), &found)
	return refusal.Join(found...)
}

// parameters goes through the parts of a request: parameters and body.
func (j tidier) parameters(request reflect.Value, found *[]*refusal.Error) {
	for i := range request.NumField() {
		field, value := request.Type().Field(i), request.Field(i)
		switch {
		case field.Anonymous && value.Kind() == reflect.Struct:
			j.parameters(value, found)
		case field.Name == "Body":
			j.value(value, "", field.Tag, found)
		case field.IsExported() && field.Name != "RawBody":
			j.value(value, parameterName(field.Tag), field.Tag, found)
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

func (j tidier) value(value reflect.Value, pointer string, tag reflect.StructTag, found *[]*refusal.Error) {
	switch value.Kind() {
	case reflect.String:
		text, e := j.text(value.String(), tag)
		if e != nil {
			*found = append(*found, e.At(pointer).With("field", lastOf(pointer)))
		} else if text != value.String() {
			value.SetString(text)
		}
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() && value.Elem().CanSet() {
			j.value(value.Elem(), pointer, tag, found)
		}
	case reflect.Slice:
		if tag.Get("uniqueItems") == "true" && repeats(value) {
			*found = append(*found, refusal.New(refusal.NotUnique).At(pointer).With("field", lastOf(pointer)))
		}
		for i := range value.Len() {
			j.value(value.Index(i), pointer+"/"+strconv.Itoa(i), tag, found)
		}
	case reflect.Map:
		j.items(value, pointer, tag, found)
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case !field.IsExported():
			case field.Anonymous && name == "":
				j.value(value.Field(i), pointer, field.Tag, found)
			default:
				j.value(value.Field(i), pointer+"/"+name, field.Tag, found)
			}
		}
	default: // numbers and identifiers are no text
	}
}

// items handles the items of a form: their names are the caller's, too.
func (j tidier) items(items reflect.Value, pointer string, tag reflect.StructTag, found *[]*refusal.Error) {
	if items.Type().Key().Kind() != reflect.String {
		return
	}
	for _, key := range items.MapKeys() {
		if e := unfit(key.String()); e != nil {
			*found = append(*found, e.At(pointer).With("field", lastOf(pointer)))
			continue
		}
		name := key.String()
		if !fieldForm.MatchString(name) {
			name = "?"
		}
		item := reflect.New(items.Type().Elem()).Elem()
		item.Set(items.MapIndex(key))
		j.value(item, pointer+"/"+name, tag, found)
		items.SetMapIndex(key, item)
	}
}

func (j tidier) text(text string, tag reflect.StructTag) (string, *refusal.Error) {
	if e := unfit(text); e != nil {
		return text, e
	}
	rule, tagged := tag.Lookup(textTag)
	if !tagged {
		return text, nil
	}
	text = typed.Tidy(text)
	least, _ := strconv.Atoi(tag.Get("minLength"))
	switch length := typed.Shown(text); {
	case length == 0 && rule == "required":
		return text, refusal.New(refusal.Required)
	case length > 0 && length < least:
		return text, refusal.New(refusal.TooShort).With("min", strconv.Itoa(least))
	}
	return text, j.misnamed(text, tag.Get("named"))
}

// misnamed tells why a text cannot be the name of what the tag named says; nil when it can.
func (j tidier) misnamed(text, of string) *refusal.Error {
	if judge := j[of]; judge != nil && text != "" {
		return judge(text)
	}
	return nil
}

// unfit tells why a text cannot be kept as it was sent; nil when it can.
func unfit(text string) *refusal.Error {
	switch {
	case typed.Garbled(text):
		return refusal.New(refusal.TextGarbled)
	case !typed.Storable(text):
		return refusal.New(refusal.WrongCharacters)
	}
	return nil
}

// repeats says whether a list of texts or identifiers holds a value twice.
func repeats(list reflect.Value) bool {
	seen := map[any]bool{}
	for i := range list.Len() {
		item := list.Index(i)
		if !item.Comparable() {
			return false
		}
		if seen[item.Interface()] {
			return true
		}
		seen[item.Interface()] = true
	}
	return false
}

// lastOf is the name of the field a pointer ends at.
func lastOf(pointer string) string { return pointer[strings.LastIndexByte(pointer, '/')+1:] }
