package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/embedded"
)

// composeFile is what the checks need of docker-compose.yml.
type composeFile struct {
	Services map[string]struct {
		Image       string            `yaml:"image"`
		Build       string            `yaml:"build"`
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
		Ports       []string          `yaml:"ports"`
		Privileged  bool              `yaml:"privileged"`
		User        string            `yaml:"user"`
		Volumes     []string          `yaml:"volumes"`
		Configs     []struct {
			Source string `yaml:"source"`
		} `yaml:"configs"`
		Healthcheck struct {
			Test []string `yaml:"test"`
		} `yaml:"healthcheck"`
		DependsOn map[string]struct {
			Condition string `yaml:"condition"`
		} `yaml:"depends_on"`
	} `yaml:"services"`
	Configs map[string]struct {
		Content string `yaml:"content"`
	} `yaml:"configs"`
	Volumes map[string]any `yaml:"volumes"`
}

func repositoryFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	require.NoError(t, err)
	return string(text)
}

func compose(t *testing.T) composeFile {
	t.Helper()
	var c composeFile
	require.NoError(t, yaml.Unmarshal([]byte(repositoryFile(t, "docker-compose.yml")), &c))
	require.NotEmpty(t, c.Services)
	return c
}

// pinned gives the version of a module in tools/go.mod, without "v".
func pinned(t *testing.T, module string) string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` v(\S+)`).FindStringSubmatch(repositoryFile(t, "tools/go.mod"))
	require.NotNil(t, match, module)
	return match[1]
}

func TestComposeRunsTheTemporalThatIsTested(t *testing.T) {
	server, ui := pinned(t, "go.temporal.io/server"), pinned(t, "github.com/temporalio/ui-server/v2")
	require.Equal(t, embedded.TemporalServerVersion, server)
	want := map[string]*regexp.Regexp{
		"temporal":        regexp.MustCompile(`^temporalio/server:` + regexp.QuoteMeta(server) + `$`),
		"temporal-schema": regexp.MustCompile(`^temporalio/admin-tools:` + regexp.QuoteMeta(server) + `$`),
		"temporal-ui":     regexp.MustCompile(`^temporalio/ui:` + regexp.QuoteMeta(ui) + `$`),
		"postgres":        regexp.MustCompile(`^postgres:(1[5-9]|[2-9]\d)(\D|$)`),
	}
	c := compose(t)
	for name, image := range want {
		require.Regexp(t, image, c.Services[name].Image, name)
	}
	for name, service := range c.Services {
		require.NotContains(t, service.Image, "auto-setup", name)
		require.NotContains(t, service.Image, ":latest", name)
	}
	require.Equal(t, "512", c.Services["temporal"].Environment["NUM_HISTORY_SHARDS"])
}

func TestComposeStartsCommandsThatExist(t *testing.T) {
	c := compose(t)
	var ours int
	for name, service := range c.Services {
		if service.Build == "" {
			continue
		}
		ours++
		require.NotEmpty(t, service.Command, name)
		found, rest, err := newRootCommand().Find(service.Command)
		require.NoError(t, err, name)
		require.Equal(t, service.Command[0], found.Name(), "service %s: xueji has no command %q", name, service.Command[0])
		require.NoError(t, found.ParseFlags(rest), name)
	}
	require.Equal(t, 3, ours, "api, worker, migrate")
}

func TestComposePublishesNothingToTheWorld(t *testing.T) {
	for name, service := range compose(t).Services {
		require.False(t, service.Privileged, name)
		require.NotRegexp(t, `^(root|0)(:|$)`, service.User, name)
		for _, port := range service.Ports {
			require.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s publishes %s to the world", name, port)
		}
	}
}

// A proxy on the host reaches the API from Docker's own network: if that were not
// trusted, all callers would share one address, and one lock.
func TestComposeTrustsTheProxyOnItsHost(t *testing.T) {
	require.Equal(t, "172.16.0.0/12", compose(t).Services["api"].Environment["XUEJI_HTTP_TRUSTED_PROXIES"])
}

func TestComposeHangsTogether(t *testing.T) {
	c := compose(t)
	for name, service := range c.Services {
		for other, dependency := range service.DependsOn {
			target, exists := c.Services[other]
			require.True(t, exists, "%s waits for %s, which does not exist", name, other)
			if dependency.Condition == "service_healthy" {
				require.NotEmpty(t, target.Healthcheck.Test, "%s waits for the health of %s, which has no check", name, other)
			}
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			require.Contains(t, c.Volumes, source, name)
		}
		for _, used := range service.Configs {
			require.NotEmpty(t, c.Configs[used.Source].Content, name)
		}
	}
	require.NotEmpty(t, c.Services["api"].Healthcheck.Test)
	require.NotEmpty(t, c.Services["worker"].Healthcheck.Test)
	require.NotEmpty(t, c.Services["worker"].Environment["XUEJI_WORKER_LISTEN"], "the check asks there")
}

// Every setting in the compose file and in the image exists, production accepts
// the whole of it, and no password stands in a file.
func TestComposeSettingsAreAccepted(t *testing.T) {
	known := make(map[string]bool)
	for _, s := range config.Settings() {
		known[s.Variable()] = true
	}
	image := make(map[string]string)
	for _, match := range regexp.MustCompile(`(XUEJI_[A-Z_]+)=(\S+)`).FindAllStringSubmatch(repositoryFile(t, "Dockerfile"), -1) {
		image[match[1]] = match[2]
		require.True(t, known[match[1]], match[1])
	}
	secret := regexp.MustCompile(`\$\{[A-Z_]+:\?[^}]*\}`)
	for name, service := range compose(t).Services {
		for variable, value := range service.Environment {
			if strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "PWD") || strings.Contains(value, "://") {
				require.Regexp(t, secret, value, "%s: %s must come from .env", name, variable)
			}
		}
		if service.Build == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for variable, value := range image {
				t.Setenv(variable, value)
			}
			for variable, value := range service.Environment {
				require.True(t, known[variable], variable)
				given := "5d1f0c9be2a84773" + strings.ToLower(variable[len(variable)-7:len(variable)-4])
				if variable == "XUEJI_HTTP_PUBLIC_URL" { // no secret, but of each installation its own
					given = "https://xueji.example.edu.cn"
				}
				t.Setenv(variable, secret.ReplaceAllString(value, given))
			}
			cfg, err := config.Load(nil)
			require.NoError(t, err)
			require.Equal(t, config.Production, cfg.Environment)
		})
	}
}

func TestImageRunsAsAnOrdinaryUserAndHoldsNoData(t *testing.T) {
	text := repositoryFile(t, "Dockerfile")
	stages := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text, -1)
	require.Len(t, stages, 2)
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(repositoryFile(t, "go.mod"))
	require.True(t, strings.HasPrefix(stages[0][1], "golang:"+goVersion[1]), "built with the Go of go.mod")
	final := text[strings.LastIndex(text, "\nFROM "):]
	user := regexp.MustCompile(`(?m)^USER (\d+)$`).FindStringSubmatch(final)
	require.NotNil(t, user, "USER must be a number")
	require.NotEqual(t, "0", user[1])
	command := regexp.MustCompile(`(?m)^CMD \["(\w+)"\]$`).FindStringSubmatch(final)
	require.NotNil(t, command)
	_, _, err := newRootCommand().Find(command[1:])
	require.NoError(t, err, "xueji has no command %q", command[1])

	ignored := strings.Split(repositoryFile(t, ".dockerignore"), "\n")
	for _, private := range []string{"var", ".env", ".git", "xueji.yaml"} {
		require.Contains(t, ignored, private)
	}
}
