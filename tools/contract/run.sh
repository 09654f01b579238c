#!/bin/sh
# Everything that is checked about the contract from outside the program.
#
#   run.sh static   lint, breaking changes, generated clients compile, the Postman collection is current; no server
#   run.sh live     both journeys, the Postman run, the documentation page in Chromium, the demo's tour; needs KENPO_BASE_URL and
#                   the credentials of serve-for-tools.sh
#   run.sh all      both (default)
#
# KENPO_TOOLS_CACHE  where the pinned tools are installed (default: .cache beside this file); reinstalled only when a
#                    lock file changes
# KENPO_OPENAPI      folder of the document (default: openapi/ of this repository)
# KENPO_POSTMAN      folder of the collection (default: postman/ of this repository)
# KENPO_CHROMIUM     the browser (default: /usr/bin/chromium, Debian's package)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
part=${1:-all}
cache=${KENPO_TOOLS_CACHE:-$here/.cache}
openapi=${KENPO_OPENAPI:-$root/openapi}
postman=${KENPO_POSTMAN:-$root/postman}
document=$openapi/kenpo.v1.json
timings=

case $part in static | live | all) ;; *) echo "usage: run.sh [static|live|all]" >&2; exit 2 ;; esac
[ -f "$document" ] || { echo "no document at $document" >&2; exit 2; }
mkdir -p "$cache" "$postman"
cache=$(cd "$cache" && pwd)
openapi=$(cd "$openapi" && pwd)
postman=$(cd "$postman" && pwd)
document=$openapi/kenpo.v1.json

# Runs one step; keeps its output back unless it fails, and its time for the table at the end.
step() {
    title=$1
    shift
    started=$(date +%s%N)
    if ! ("$@") >"$cache/step.log" 2>&1; then
        cat "$cache/step.log" >&2
        echo "FAILED: $title" >&2
        exit 1
    fi
    grep -E '^  ok  ' "$cache/step.log" || true
    spent=$((($(date +%s%N) - started) / 1000000))
    echo "ok: $title (${spent} ms)"
    timings="$timings$(printf '%8d ms  %s' "$spent" "$title")
"
}

stamp() { cat "$@" | sha256sum | cut -c1-16; }

# The functions below run as a step's condition, where the shell ignores `set -e`: hence the chains of &&.

# Installed beside and renamed when whole, so that an interrupted install is never taken for a finished one.
install_node() {
    if [ ! -d "$modules" ]; then
        rm -rf "$cache"/node-* &&
            mkdir -p "$modules.part" &&
            cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$modules.part/" &&
            npm ci --prefix "$modules.part" --no-fund --no-audit &&
            mv "$modules.part" "$modules" || return 1
    fi
    if [ ! -L "$here/node_modules" ]; then rm -rf "$here/node_modules"; fi
    ln -sfn "$modules/node_modules" "$here/node_modules"
}

# A virtual environment knows its own path, so it is made in place and stamped when whole.
install_python() {
    [ -f "$venv/complete" ] ||
        { rm -rf "$cache"/python-* &&
            python3 -m venv "$venv" &&
            "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt" &&
            touch "$venv/complete"; }
}

# Run from generated/, where openapi-typescript finds no redocly.yaml: linting is a step of its own.
typescript() {
    rm -rf "$here/generated/js" && mkdir -p "$here/generated" && cd "$here/generated" &&
        "$bin/openapi-typescript" "$document" -o kenpo.d.ts &&
        "$bin/tsc" --project "$here/tsconfig.json"
}

python_client() {
    cd "$here" && rm -rf generated/python && mkdir -p generated &&
        node python-document.mjs "$document" >generated/python-document.json &&
        "$py/openapi-python-client" generate --path generated/python-document.json --config python-client.yaml --meta none \
            --output-path generated/python/kenpo_client --overwrite --fail-on-warning &&
        PYTHONPATH=generated/python "$py/python" -c 'import kenpo_client.models'
}

# On a failure it prints the whole document: the head says what is wrong.
spec_validator() {
    "$py/openapi-spec-validator" "$document" >"$cache/validator.log" 2>&1 || { head -c 2000 "$cache/validator.log"; return 1; }
}

chromium_there() {
    [ -x "${KENPO_CHROMIUM:-/usr/bin/chromium}" ] || "$root/scripts/ensure-chromium.sh"
}

python_journey() {
    rm -f "$cache/answers.ndjson"
    PYTHONPATH="$here/generated/python" PYTHONDONTWRITEBYTECODE=1 "$py/python" "$here/journey.py" "$cache/answers.ndjson" &&
        node "$here/answers.mjs" "$document" "$cache/answers.ndjson" && rm "$cache/answers.ndjson"
}

modules=$cache/node-$(stamp "$here/package.json" "$here/package-lock.json" "$here/.npmrc")
venv=$cache/python-$(stamp "$here/requirements.txt")
bin=$modules/node_modules/.bin
py=$venv/bin
PATH=$py:$PATH
export PATH REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

step "node tools" install_node
step "python tools" install_python
step "the checks go red on planted faults" node --test "$here/answers.test.mjs" "$here/house.test.mjs" "$here/openapi-diff.test.mjs" "$here/postman.test.mjs"
step "typescript client compiles strictly" typescript
step "python client generates whole" python_client
if [ "$part" != live ]; then
    step "spectral" "$bin/spectral" lint --fail-severity=warn --ruleset "$here/.spectral.yaml" "$document"
    step "redocly" "$bin/redocly" lint --config "$here/redocly.yaml" "$document"
    step "openapi-spec-validator" spec_validator
    step "no break of a released document" node "$here/openapi-diff.mjs" "$openapi"
    step "the Postman collection is current" node "$here/postman.mjs" --check "$document" "$postman"
fi
if [ "$part" != static ]; then
    : "${KENPO_BASE_URL:?run.sh live needs a server: use serve-for-tools.sh}"
    step "journey in TypeScript" env KENPO_DOCUMENT="$document" node "$here/generated/js/journey.js"
    step "journey in Python" python_journey
    step "Postman run" node "$here/newman-run.mjs" "$postman" "$document"
    step "Chromium is installed" chromium_there
    step "documentation page in Chromium" node "$here/docs-page.mjs" "$document"
    # last: its looks at a number are entries of their own, and the journeys look for theirs
    step "the demo's tour, pasted" node "$here/tour.mjs"
fi
printf '\n%s' "$timings"
