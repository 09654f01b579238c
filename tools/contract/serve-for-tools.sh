#!/bin/sh
# Starts an ephemeral demo server, runs the given command against it, ends the server by its pid.
#
#   serve-for-tools.sh COMMAND [ARGUMENT…]
#
# KENPO_BIN names the binary (default: target/debug/kenpo of this repository, or of CARGO_TARGET_DIR).
# The server writes its address and its fictitious credentials into a ready file; COMMAND gets them as KENPO_*.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=${KENPO_BIN:-${CARGO_TARGET_DIR:-$root/target}/debug/kenpo}
wait_seconds=${KENPO_READY_SECONDS:-180}

[ $# -gt 0 ] || { echo "usage: serve-for-tools.sh COMMAND [ARGUMENT…]" >&2; exit 2; }
[ -x "$binary" ] || { echo "no binary at $binary: build it, or set KENPO_BIN" >&2; exit 2; }

# The folder is ours alone (0700), and with it the credentials.
work=$(mktemp -d "${TMPDIR:-/tmp}/kenpo-tools.XXXXXX")
server=
command=
end() {
    trap - EXIT INT TERM
    [ -z "$command" ] || kill "$command" 2>/dev/null || true
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The server refuses KENPO_* that are no settings of its own: those of the tools stay out of its environment.
env -u KENPO_BIN -u KENPO_READY_SECONDS -u KENPO_TOOLS_CACHE -u KENPO_OPENAPI -u KENPO_POSTMAN -u KENPO_CHROMIUM \
    "$binary" demo --ephemeral --port 0 --ready-file "$work/ready.json" >"$work/tour.log" 2>"$work/server.log" &
server=$!
waited=0
until [ -s "$work/ready.json" ]; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge "$wait_seconds" ]; then
        echo "the server did not become ready; its last lines:" >&2
        tail -n 40 "$work/server.log" >&2
        exit 1
    fi
    sleep 1
    waited=$((waited + 1))
done

node "$here/ready-env.mjs" "$work/ready.json" >"$work/env"
set -a
. "$work/env"
KENPO_TOUR=$work/tour.log
set +a
"$@" &
command=$!
status=0
wait "$command" || status=$?
command=
if [ "$status" -ne 0 ]; then
    echo "the command failed with $status; the server's last lines:" >&2
    tail -n 40 "$work/server.log" >&2
fi
exit "$status"
