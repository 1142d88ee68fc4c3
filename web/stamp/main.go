// Command stamp writes to standard output what dist is made of and what it is: two digests,
// kept in dist.sum. Tests compare them with the files, so that no Node is needed to see that
// somebody changed a source and did not build.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

func main() {
	text, err := stamp(os.DirFS("web"))
	if err == nil {
		_, err = os.Stdout.WriteString(text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// stamp returns the digests of the sources and of dist. The types of the API are not among
// the sources: they change no byte of dist.
func stamp(web fs.FS) (string, error) {
	sources, err := digest(web, "src", "public", "index.html", "package.json", "package-lock.json", ".npmrc", "vite.config.ts", "tsconfig.json")
	if err != nil {
		return "", err
	}
	built, err := digest(web, "dist")
	if err != nil {
		return "", err
	}
	return "sources " + sources + "\ndist    " + built + "\n", nil
}

// digest hashes names and contents of files and folders, in the order of their names.
func digest(web fs.FS, roots ...string) (string, error) {
	sum := sha256.New()
	for _, root := range roots {
		err := fs.WalkDir(web, root, func(at string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(at, "schema.d.ts") {
				return err
			}
			text, err := fs.ReadFile(web, at)
			if err != nil {
				return err
			}
			one := sha256.Sum256(text)
			_, err = fmt.Fprintf(sum, "%s %x\n", at, one)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("digest of %s: %w", root, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
