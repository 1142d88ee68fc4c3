package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
)

// EventStream is the type of an answer that goes on.
const EventStream = "text/event-stream"

// Stream is an answer that goes on (server-sent events) until its function returns.
type Stream = huma.StreamResponse

// Say sends one event with its data, or, with an empty name, a line that only tells that the
// connection stands. An error means that the reader is gone.
type Say func(event string, data any) error

// lastWrite bounds the write of one event: a reader that takes nothing is left.
const lastWrite = 10 * time.Second

// Streamed makes an answer of a function that says events as long as it runs. It ends after
// its first event on a connection whose writes cannot be bounded.
func Streamed(run func(ctx context.Context, say Say)) *Stream {
	return &Stream{Body: func(hctx huma.Context) {
		c := humagin.Unwrap(hctx)
		hctx.SetHeader("Content-Type", EventStream)
		hctx.SetHeader("X-Accel-Buffering", "no") // a proxy passes each event on at once
		hctx.SetStatus(http.StatusOK)
		out := http.NewResponseController(c.Writer)
		_ = out.SetReadDeadline(time.Time{}) // that of a request; this one was read
		run(hctx.Context(), func(event string, data any) error {
			//nolint:forbidigo // a deadline of the network, not a time of the register
			bounded := out.SetWriteDeadline(time.Now().Add(lastWrite))
			line := []byte(":\n\n")
			if event != "" {
				text, err := json.Marshal(data)
				if err != nil {
					return err
				}
				line = []byte("event: " + event + "\ndata: " + string(text) + "\n\n")
			}
			if _, err := c.Writer.Write(line); err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err
			}
			return bounded
		})
	}}
}

// DescribeStream says in the API description that an operation answers with events.
func (s *Server) DescribeStream(path, text string) {
	answer := s.huma.OpenAPI().Paths[path].Get.Responses[strconv.Itoa(http.StatusOK)]
	answer.Description = text
	answer.Content = map[string]*huma.MediaType{EventStream: {Schema: &huma.Schema{Type: huma.TypeString}}}
}
