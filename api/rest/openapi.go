package rest

import (
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/xueji/xueji/models/refusal"
)

// humaConfig switches off what huma would serve by itself: its pages load scripts from outside.
func humaConfig(version string) huma.Config {
	config := huma.DefaultConfig("Xueji 学籍", version)
	config.Info.Description = "The registry of student status (学籍). Refusals are application/problem+json with stable codes; " +
		"sentences are Chinese, or English with Accept-Language: en."
	config.Formats = jsonFormats()
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema links in answers
	config.RejectUnknownQueryParameters = true
	config.NoFormatFallback = false
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "A session token from POST /v1/sessions, or an API token."},
		"cookie": {Type: "apiKey", In: "cookie", Name: secureCookie, Description: "The session of a browser, from POST /v1/sessions with \"cookie\": true. " +
			"A call carries a bearer token or the cookie, never both. Over plain http on this computer its name is " + plainCookie + "."},
	}
	return config
}

// schemaName puts the package before the name of a type that is not the API's
// own, because two packages may use one word. The areas of the API share one name space.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if pkg := path.Base(t.PkgPath()); t.Name() != "" && !strings.Contains(t.PkgPath()+"/", "/api/") && pkg != "." {
		return strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
	return name
}

// OpenAPI is the description of every registered operation.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.huma.OpenAPI() }

// ServeDescription serves the description and the page made of it. Both are written when they
// are first asked for: most servers are never asked.
func (s *Server) ServeDescription() {
	text := sync.OnceValues(s.huma.OpenAPI().MarshalJSON)
	page := sync.OnceValues(s.docsPage)
	s.router.GET("/openapi.json", func(c *gin.Context) { s.written(c, "application/openapi+json", text) })
	s.router.GET("/docs", func(c *gin.Context) {
		c.Header("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
		s.written(c, "text/html; charset=utf-8", page)
	})
	s.router.GET("/docs/style.css", func(c *gin.Context) { c.Data(http.StatusOK, "text/css; charset=utf-8", docsStyle) })
}

// written answers with what is written once.
func (s *Server) written(c *gin.Context, kind string, write func() ([]byte, error)) {
	text, err := write()
	if err != nil {
		s.answer(c, refusal.New(refusal.Internal).Because(err))
		return
	}
	c.Data(http.StatusOK, kind, text)
}
