package refusal

// Reason is one reason of a refusal, in the form in which it is stored.
type Reason struct {
	Code   Code              `json:"code"`
	Field  string            `json:"field,omitempty"`
	Params map[string]string `json:"params,omitempty"`
}

// Reasons returns all reasons of a refusal for storing; OfReasons reads them back.
func (e *Error) Reasons() []Reason {
	list := []Reason{}
	for _, one := range e.All() {
		list = append(list, Reason{Code: one.Code, Field: one.Field, Params: one.Params})
	}
	return list
}

// OfReasons returns the refusal that was stored as a list of reasons. The first reason
// leads; without reasons there is no refusal.
func OfReasons(list []Reason) *Error {
	var first *Error
	for _, r := range list {
		e := New(r.Code).At(r.Field)
		e.Params = r.Params
		if first == nil {
			first = e
			continue
		}
		first.Also = append(first.Also, e)
	}
	return first
}
