#!/bin/sh
# Makes sure that there is a browser and a Chinese font for the tests of the console:
# root installs them on Debian and its kin, everybody else is told what to do.
set -eu
browser() {
	for name in chromium chromium-browser google-chrome; do
		command -v "$name" >/dev/null 2>&1 && return 0
	done
	return 1
}
font() { [ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ]; }
browser && font && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "no browser or no Chinese font on this machine; installing chromium and fonts-wqy-zenhei with apt-get for the tests of the console"
	apt-get -qq update || true
	if DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-wqy-zenhei fontconfig >/dev/null; then
		exit 0
	fi
fi
cat >&2 <<TEXT
The tests of the console need Chromium and a Chinese font, and this machine lacks one of them.
  what to do: on Debian             sudo apt-get install chromium fonts-wqy-zenhei fontconfig
              on Fedora             sudo dnf install chromium wqy-zenhei-fonts fontconfig
              elsewhere             install Chromium or Google Chrome, and a font with Chinese characters
TEXT
exit 1
