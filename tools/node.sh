#!/bin/sh
# Makes sure that there is a Node that can build the console: root installs it where the
# distribution offers one that is new enough, everybody else is told what to do.
set -eu
enough() {
	command -v npm >/dev/null 2>&1 && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || a === 20 && b >= 19 ? 0 : 1)' 2>/dev/null
}
enough && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	apt-get -qq update || true
	offered=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: *//p')
	if dpkg --compare-versions "${offered:-0}" ge 20.19; then
		echo "no Node 20.19 or later on this machine; installing nodejs and npm with apt-get to build the console"
		DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends nodejs npm >/dev/null || true
		enough && exit 0
	fi
fi
echo "Building the console needs Node 20.19 or later with npm, and this machine has $(node --version 2>/dev/null || echo none): install it from its project or from a newer distribution (Debian 13, Ubuntu 25.10). Nothing else of Xueji needs Node." >&2
exit 1
