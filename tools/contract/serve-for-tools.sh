#!/bin/sh
# Starts a demo in a folder of its own and runs the given command against it. When that went well, it ends the demo by kill -9, starts it again,
# holds that it is the same society, ends it as Ctrl-C does, and forgets it.
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

# The first folder is ours alone (0700), and with it the credentials; through the other one PostgreSQL passes as another account.
work=$(mktemp -d "${TMPDIR:-/tmp}/kenpo-tools.XXXXXX")
base=$(mktemp -d "${TMPDIR:-/tmp}/kenpo-demo.XXXXXX")
chmod 711 "$base"
server=
command=
# Becomes the demo: for a background job or a subshell. It refuses KENPO_* that are no settings of its own: those of the tools stay out of its
# environment, and so does a database of one's own, which it would not forget.
demo() {
    exec env -u DATABASE_URL -u KENPO_SETTINGS -u KENPO_DATABASE_URL -u KENPO_MIGRATE_DATABASE_URL -u KENPO_BIN -u KENPO_READY_SECONDS -u KENPO_TOOLS_CACHE -u KENPO_OPENAPI -u KENPO_POSTMAN -u KENPO_CHROMIUM \
        KENPO_BASE="$base" "$binary" demo "$@"
}
end() {
    trap - EXIT INT TERM
    [ -z "$command" ] || kill "$command" 2>/dev/null || true
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
    if [ -e "$base/demo" ] && ! (demo --reset) >/dev/null; then
        echo "the demo in $base is still in use: it was left there" >&2
        return
    fi
    rm -rf "$base"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start LOG: serves, and waits until it does; what it prints goes to LOG.
start() {
    rm -f "$work/ready.json"
    demo --port 0 --ready-file "$work/ready.json" >"$1" 2>>"$work/server.log" &
    server=$!
    waited=0
    until [ -s "$work/ready.json" ]; do
        if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge "$wait_seconds" ]; then
            echo "the server did not become ready; its last lines:" >&2
            tail -n 40 "$1" "$work/server.log" >&2
            exit 1
        fi
        sleep 1
        waited=$((waited + 1))
    done
    node "$here/ready-env.mjs" "$work/ready.json" >"$work/env"
}
# Who lives there; the address is another one each time.
people() { grep -v '^KENPO_BASE_URL=' "$work/env"; }

start "$work/tour.log"
(
    set -a
    . "$work/env"
    KENPO_TOUR=$work/tour.log
    set +a
    exec "$@"
) &
command=$!
status=0
wait "$command" || status=$?
command=
if [ "$status" -ne 0 ]; then
    echo "the command failed with $status; the server's last lines:" >&2
    tail -n 40 "$work/server.log" >&2
    exit "$status"
fi

for said in 'staff of each section' '/docs' 'Ctrl-C'; do
    grep -q "$said" "$work/tour.log" "$work/server.log" || { echo "the demo does not say: $said" >&2; exit 1; }
done
people >"$work/first"
kill -9 "$server"
wait "$server" 2>/dev/null || true
server=
start "$work/again.log"
people | cmp -s - "$work/first" || { echo "after kill -9 the demo is not the same society" >&2; exit 1; }
[ "$waited" -le 60 ] || { echo "the second start took $waited s: it should take seconds" >&2; exit 1; }
grep -q '^ *1\. ' "$work/again.log" || { echo "after kill -9 the demo prints no tour" >&2; exit 1; }
echo "a second start after kill -9: the same society in $waited s"
kill -INT "$server"
wait "$server" || { echo "the demo did not end well" >&2; exit 1; }
server=
(demo --reset) >/dev/null
[ ! -e "$base/demo" ] || { echo "the demo was not forgotten" >&2; exit 1; }
echo "ended and forgotten"
