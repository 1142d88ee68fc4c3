// Package web serves the console: the pages with which clerks, officers and administrators
// work. They are built from the sources beside this file by make web, committed as dist, and
// compiled into the program. So Node is not needed to run or to test it.
//
// It owns the files of the pages and their headers. It owns no data: the pages read and
// write through /v1 like every other caller, under the same authorisation.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Policy is the Content-Security-Policy of every page: nothing from another host, no script
// and no style inside the page, no text that becomes markup, no frame around it.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; trusted-types vue; require-trusted-types-for 'script'"

// index is the one document; the router inside it draws every screen.
const index = "index.html"

// file is one file of the console as it goes out.
type file struct {
	kind   string
	plain  []byte
	zipped func() []byte // compressed when first asked for; nil when that makes it no smaller
	tag    string
}

// Over serves the console at the root and leaves every other call to next: the API, its
// description, health and metrics. An address of no file is a screen when a browser asks for
// a document; everybody else gets the answer of next, a problem.
func Over(next http.Handler) (http.Handler, error) {
	files, err := load()
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead || reserved(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name != index {
			if f, ok := files[name]; ok {
				f.serve(w, r, name)
				return
			}
		}
		if !strings.Contains(r.Header.Get("Accept"), "text/html") {
			next.ServeHTTP(w, r)
			return
		}
		files[index].serve(w, r, index)
	}), nil
}

// reserved tells whether a path belongs to the API.
func reserved(at string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/")
	switch first {
	case "v1", "docs", "openapi.json", "healthz", "readyz", "metrics":
		return true
	}
	return false
}

// load reads the built files.
func load() (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(dist, "dist", func(at string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(at, "dist/")
		if err != nil || entry.IsDir() || strings.HasPrefix(name, ".") {
			return err
		}
		plain, err := dist.ReadFile(at)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(plain)
		files[name] = file{
			kind: kindOf(name), plain: plain, tag: `"` + hex.EncodeToString(sum[:16]) + `"`,
			zipped: sync.OnceValue(func() []byte { return compress(plain) }),
		}
		return nil
	})
	if err == nil && files[index].plain == nil {
		err = fmt.Errorf("dist holds no %s: run make web", index)
	}
	if err != nil {
		return nil, fmt.Errorf("load the console: %w", err)
	}
	return files, nil
}

// kindOf gives the media type of a file. The machine's own table is not asked: it may say
// anything about .js.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".md":
		return "text/plain; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// compress returns a text in gzip; nil when that makes it no smaller.
func compress(plain []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(plain)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil || b.Len() >= len(plain) {
		return nil // the caller gets it as it is
	}
	return b.Bytes()
}

// serve writes the file. What has a digest in its name never changes; the document names
// those files and is asked for every time.
func (f file) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	secure(h)
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	switch {
	case strings.HasPrefix(name, "assets/"):
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case name == index:
		h.Set("Cache-Control", "no-store")
	default:
		h.Set("Cache-Control", "no-cache")
	}
	h.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if zipped := f.zipped(); zipped != nil {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a caller who went away is no fault of ours
	}
}

// secure sets what every answer of the console carries.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Strict-Transport-Security", "max-age=31536000")
}
