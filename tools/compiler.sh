#!/bin/sh
# Makes sure that there is a C compiler for the race detector: root installs
# one on Debian and its kin, everybody else is told what to do.
set -eu
cc=$(go env CC)
command -v "${cc%% *}" >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "no C compiler on this machine; installing gcc with apt-get for the race detector"
	apt-get -qq update || true
	if DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends gcc libc6-dev >/dev/null; then
		exit 0
	fi
fi
cat >&2 <<TEXT
The race detector needs a C compiler ($cc), and this machine has none.
  what to do: on Debian or Ubuntu   sudo apt-get install gcc libc6-dev
              on Fedora             sudo dnf install gcc
              on macOS              xcode-select --install
TEXT
exit 1
