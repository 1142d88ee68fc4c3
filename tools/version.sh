#!/bin/sh
# Prints the version of a module that tools/go.mod pins, without its "v".
set -eu
awk -v module="$1" '$1 == module { sub(/^v/, "", $2); print $2; found = 1 } END { exit !found }' "$(dirname "$0")/go.mod"
