package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"
)

// caller speaks HTTP as one person.
type caller struct {
	http  *http.Client
	base  string
	token string
}

// logIn opens a session; the clock does not run yet.
func logIn(ctx context.Context, client *http.Client, base, login string) (*caller, error) {
	c := &caller{http: client, base: base}
	var session struct{ Token string }
	if _, err := c.post(ctx, "/v1/sessions", map[string]string{"login": login, "password": password}, &session); err != nil {
		return nil, err
	}
	c.token = session.Token
	return c, nil
}

// post sends JSON under a fresh key and reads the answer.
func (c *caller) post(ctx context.Context, path string, body, answer any) (int, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	return c.send(ctx, http.MethodPost, path, "application/json", bytes.NewReader(text), answer)
}

func (c *caller) get(ctx context.Context, path string, answer any) error {
	_, err := c.send(ctx, http.MethodGet, path, "", nil, answer)
	return err
}

// upload sends a file as a form would.
func (c *caller) upload(ctx context.Context, path, name string, content []byte, answer any) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := part.Write(content); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	_, err = c.send(ctx, http.MethodPost, path, form.FormDataContentType(), &body, answer)
	return err
}

func (c *caller) send(ctx context.Context, method, path, contentType string, body io.Reader, answer any) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Idempotency-Key", uuid.NewString())
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if response.StatusCode/100 != 2 {
		return response.StatusCode, fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, text)
	}
	return response.StatusCode, json.Unmarshal(text, answer)
}
