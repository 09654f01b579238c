#!/usr/bin/env bash
# Makes sure that a Chromium for the browser tests is here: KENPO_CHROMIUM, or Debian's package.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

browser=${KENPO_CHROMIUM:-/usr/bin/chromium}
"$browser" --version >/dev/null 2>&1 && exit 0
if [ -n "${KENPO_CHROMIUM:-}" ]; then
    echo "KENPO_CHROMIUM is $browser, which does not run: correct or unset it" >&2
    exit 1
fi
become_root "a browser for its tests" chromium
apt_install "a browser for its tests" chromium
"$browser" --version
