package e2e

import (
	"go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Payloads gives the texts of all payloads anywhere in a message.
func Payloads(m proto.Message) []string {
	var texts []string
	visit(m.ProtoReflect(), &texts)
	return texts
}

func visit(m protoreflect.Message, texts *[]string) {
	if p, ok := m.Interface().(*common.Payload); ok {
		*texts = append(*texts, string(p.GetData()))
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsMap() && field.MapValue().Kind() == protoreflect.MessageKind:
			value.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				visit(v.Message(), texts)
				return true
			})
		case field.IsList() && field.Kind() == protoreflect.MessageKind:
			for i := range value.List().Len() {
				visit(value.List().Get(i).Message(), texts)
			}
		case !field.IsMap() && !field.IsList() && field.Kind() == protoreflect.MessageKind:
			visit(value.Message(), texts)
		}
		return true
	})
}
