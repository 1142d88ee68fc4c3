# The one program of Xueji; the subcommand (api, worker, migrate …) is the command.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w" -o /xueji ./cmd/xueji

FROM alpine:3.22
RUN apk add --no-cache ca-certificates tzdata \
    && adduser -S -D -H -u 10001 -h /var/lib/xueji xueji \
    && install -d -o xueji -m 0700 /var/lib/xueji /etc/xueji/keys
COPY --from=build /xueji /usr/local/bin/xueji
# A number, so that Kubernetes can see that it is not root.
USER 10001
WORKDIR /var/lib/xueji
ENV XUEJI_ENVIRONMENT=production \
    XUEJI_VAR_DIR=/var/lib/xueji \
    XUEJI_KEYS_DIR=/etc/xueji/keys \
    XUEJI_HTTP_LISTEN=0.0.0.0:8080 \
    XUEJI_LOG_FORMAT=json
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/xueji"]
CMD ["api"]
