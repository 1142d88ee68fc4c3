package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/xueji/xueji/config"
)

// writable says which folder cannot be used, before a server is made that would stay
// behind: root's cluster lies elsewhere and would not notice.
func writable(cfg config.Config) error {
	folders := []string{cfg.VarDir}
	if u, err := url.Parse(cfg.Blob.URL); err == nil && u.Scheme == "file" {
		folders = append(folders, u.Path)
	}
	if keys := keysFolder(cfg); !exists(keys) { // keys that are there may lie in a folder that is only read
		folders = append(folders, keys)
	}
	for _, dir := range folders {
		if err := probe(dir); err != nil {
			return fmt.Errorf("the folder %s cannot be written (%w); make it writable for this account, or name another one with XUEJI_VAR_DIR, "+
				"XUEJI_KEYS_DIR or XUEJI_BLOB_URL; nothing was started", dir, err)
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// probe writes into a folder, or into the nearest one above that exists, and leaves nothing.
func probe(dir string) error {
	for !exists(dir) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
	}
	file, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	_, err = file.WriteString("probe")
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}
