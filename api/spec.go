package api

import (
	"fmt"

	"github.com/xueji/xueji/api/rest"
)

//go:generate go run github.com/xueji/xueji/cmd/xueji describe --output ../docs/openapi.yaml

// SpecVersion is the version of the interface in the committed description.
const SpecVersion = "1.0.0"

// Spec gives the OpenAPI 3.1 description as YAML. It needs no database.
func Spec() ([]byte, error) {
	s, err := build(Deps{Version: SpecVersion})
	if err != nil {
		return nil, err
	}
	text, err := s.OpenAPI().YAML()
	if err != nil {
		return nil, fmt.Errorf("write the API description: %w", err)
	}
	return text, nil
}

// Operations lists every operation of the API with its action.
func Operations() ([]rest.Operation, error) {
	s, err := build(Deps{Version: SpecVersion})
	if err != nil {
		return nil, err
	}
	return s.Operations(), nil
}
