package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// DefaultFile is read when it exists and no other file is named.
const DefaultFile = "xueji.yaml"

// Problem is one thing that is wrong with the settings.
type Problem struct {
	Setting string
	// What is wrong; it never repeats the value, which may be a secret.
	What string
	// Example is a value that would be right.
	Example string
}

// Error gives the setting, what is wrong, and an example.
func (p *Problem) Error() string {
	text := p.Setting + ": " + p.What
	if p.Example != "" {
		text += " (for example " + p.Example + ")"
	}
	return text
}

// flags that exist on the command line, and the settings they set.
func flagSettings() map[string]string {
	return map[string]string{
		"environment":      "environment",
		"var-dir":          "var_dir",
		"log-level":        "log.level",
		"log-format":       "log.format",
		"listen":           "http.listen",
		"temporal-address": "temporal.address",
		"clock-at":         "clock.at",
	}
}

// AddFlags adds --config and the flags of the most common settings. Secrets
// have none: a command line is visible to every account of the machine.
func AddFlags(flags *pflag.FlagSet) {
	flags.String("config", "", "settings file (default "+DefaultFile+", when it exists)")
	byName := make(map[string]Setting)
	for _, s := range Settings() {
		byName[s.Name] = s
	}
	for flag, name := range flagSettings() {
		flags.String(flag, byName[name].Default, byName[name].Help)
	}
}

// Load reads the settings from the file, the environment and the flags (which
// may be nil) and checks them. The error joins a *Problem for each thing that is
// wrong, so that one look is enough to repair all of them.
func Load(flags *pflag.FlagSet) (Config, error) {
	v := viper.NewWithOptions(viper.ExperimentalBindStruct())
	v.SetEnvPrefix("XUEJI")
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	settings := Settings()
	for _, s := range settings {
		v.SetDefault(s.Name, s.Default)
	}
	if err := readFile(v, flags); err != nil {
		return Config{}, err
	}
	if err := bindFlags(v, flags); err != nil {
		return Config{}, err
	}
	var c Config
	problems := readable(v.UnmarshalExact(&c, viper.DecodeHook(mapstructure.ComposeDecodeHookFunc(
		mapstructure.StringToTimeDurationHookFunc(),
		splitList,
		mapstructure.TextUnmarshallerHookFunc(),
	))), settings)
	c.Warnings = strangers(os.Environ(), settings)
	c.fillDefaults()
	problems = append(problems, c.check(problems)...)
	if len(problems) > 0 {
		return Config{}, join(problems)
	}
	return c, nil
}

func readFile(v *viper.Viper, flags *pflag.FlagSet) error {
	path, named := DefaultFile, false
	if given := os.Getenv("XUEJI_CONFIG"); given != "" {
		path, named = given, true
	}
	if flags != nil {
		if given, err := flags.GetString("config"); err == nil && given != "" {
			path, named = given, true
		}
	}
	v.SetConfigFile(path)
	v.SetConfigType("yaml")
	err := v.ReadInConfig()
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist) && !named:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &Problem{Setting: "config", What: "the settings file " + path + " does not exist"}
	case errors.Is(err, fs.ErrPermission):
		return &Problem{Setting: "config", What: "the settings file " + path + " may not be read by this account"}
	}
	return &Problem{Setting: "config", What: "the settings file " + path + " is not valid YAML: " + firstLine(err)}
}

// firstLine keeps the place ("line 3: …") and drops what may quote values.
func firstLine(err error) string {
	text := err.Error()
	if i := strings.Index(text, "line "); i >= 0 {
		place, _, _ := strings.Cut(text[i:], ":")
		return "see " + place
	}
	return "it cannot be parsed"
}

func bindFlags(v *viper.Viper, flags *pflag.FlagSet) error {
	if flags == nil {
		return nil
	}
	for flag, name := range flagSettings() {
		if f := flags.Lookup(flag); f != nil {
			if err := v.BindPFlag(name, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// strangers finds variables that look like settings but are none, usually a
// slip of the pen. They are only warnings: container platforms invent
// XUEJI_…_PORT and the like by themselves.
func strangers(environ []string, settings []Setting) []string {
	known := map[string]bool{"XUEJI_CONFIG": true}
	for _, s := range settings {
		known[s.Variable()] = true
	}
	var found []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "XUEJI_") && !strings.HasPrefix(name, "XUEJI_TEST_") && !known[name] {
			found = append(found, "the environment variable "+name+" is not a setting and is ignored")
		}
	}
	slices.Sort(found)
	return found
}

func join(problems []*Problem) error {
	all := make([]error, 0, len(problems)+1)
	all = append(all, fmt.Errorf("%d of the settings must be corrected (file, XUEJI_… variable or flag):", len(problems)))
	for _, p := range problems {
		all = append(all, p)
	}
	return errors.Join(all...)
}

// Need reports those of the named settings that are empty, for commands that
// cannot work without them; the names are those of the file.
func (c Config) Need(names ...string) error {
	var problems []*Problem
	for _, s := range Settings() {
		if slices.Contains(names, s.Name) && valueOf(c, s.Name).IsZero() {
			problems = append(problems, &Problem{
				Setting: s.Name, What: "must be set for this command, in the file or as " + s.Variable(), Example: s.Example,
			})
		}
	}
	if len(problems) > 0 {
		return join(problems)
	}
	return nil
}
