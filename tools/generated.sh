#!/bin/sh
# Generates everything anew and fails when a file came out different from what
# was there: then its source was changed and "make generate" forgotten.
set -eu
cd "$(dirname "$0")/.."
sums() {
	find . -type d \( -name .git -o -path ./bin -o -path ./var \) -prune -o -type f -exec cksum {} + | sort -k3
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sums >"$scratch/before"
go generate ./...
sums >"$scratch/after"
if ! cmp -s "$scratch/before" "$scratch/after"; then
	echo "These generated files were not up to date; they are now. Look at them and commit them:" >&2
	diff "$scratch/before" "$scratch/after" | awk '/^[<>]/ { print "  " $4 }' | sort -u >&2
	exit 1
fi
