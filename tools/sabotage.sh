#!/usr/bin/env bash
# Plants one fault at a time in a copy of the product and holds that the tests find it: each must fail the test that its patch
# names, with the words that it names. The first line of a patch says: what it plants | test | words.
#   tools/sabotage.sh            all of tests/sabotage; writes docs/proofs/sabotage-<day>.md when all were found
#   tools/sabotage.sh NAME...    only these
#   tools/sabotage.sh --check    only: does every patch still apply, and does its test stand where it says
# CARGO: the cargo to call. SABOTAGE_TARGET: where the copy is built (its dependencies are built once).
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
cargo=${CARGO:-cargo}
target=${SABOTAGE_TARGET:-$(realpath -m "${CARGO_TARGET_DIR:-target}")/sabotage}
patches=("$here"/tests/sabotage/*.patch)

fail() { echo "sabotage: $*" >&2; exit 1; }
# said PATCH: sets what, test and words from its first line.
said() {
    IFS='|' read -r what test words < <(head -1 "$1" | sed 's/ *| */|/g')
    [ -n "$what" ] && [ -n "$test" ] && [ -n "$words" ] || fail "$1: the first line is not: what it plants | test | words"
}

for patch in "${patches[@]}"; do
    said "$patch"
    git apply --check "$patch" || fail "$patch does not apply any more: plant its fault anew"
    grep -rq "fn ${test##*::}()" tests || fail "$patch: there is no test $test"
done
[ "${1:-}" != --check ] || exit 0
whole=$([ $# = 0 ] && echo yes || echo no)
[ $# = 0 ] || { patches=("${@/#/$here/tests/sabotage/}"); patches=("${patches[@]/%/.patch}"); }

# The tracked files as they stand, newer than whatever a run that broke off has built of them. Git must not take the copy for a part of a repository around it.
copy=$target/tree
rm -rf "$copy" && mkdir -p "$copy"
trap 'rm -rf "$copy"' EXIT
git ls-files -z | tar --create --null --files-from=- --ignore-failed-read | tar --extract --touch --directory="$copy"
export GIT_CEILING_DIRECTORIES=$target CARGO_TARGET_DIR=$target
unset KENPO_PROVE EXAMPLES_TO
# one society of simulated lives shows a planted fault
export KENPO_LIVES=20261123+1
cd "$copy"

# run TEST: builds first, so that what does not compile is not taken for a fault that was found.
log=$target/last-run.log
run() {
    "$cargo" test --locked --test it --no-run >"$log" 2>&1 || { tail -40 "$log" >&2; fail "the copy does not build"; }
    "$cargo" test --locked --test it -- --exact "$@" >"$log" 2>&1
}

tests=()
for patch in "${patches[@]}"; do said "$patch"; tests+=("$test"); done
run "${tests[@]}" || { tail -60 "$log" >&2; fail "the tests are red without any fault"; }
echo "sabotage: green without a fault"
rows=()
for patch in "${patches[@]}"; do
    said "$patch"
    git apply "$patch"
    if run "$test"; then fail "NOT FOUND: $what (by $test)"; fi
    grep -q '^running 1 test' "$log" || { tail -40 "$log" >&2; fail "$test did not run"; }
    grep -qF -- "$words" "$log" || { tail -60 "$log" >&2; fail "$test is red, but does not say '$words'"; }
    git apply --reverse "$patch"
    rows+=("| $what | \`$test\` | $words |")
    echo "sabotage: found: $what"
done
[ "$whole" = yes ] || exit 0

day=$(date +%F)
{
    printf '# Faults planted in the product, %s\n\n' "$day"
    printf '`tools/sabotage.sh` copied the tracked files, found the named tests green, then planted one fault at a time, built, and held that\n'
    printf 'the named test fails with the named words. `make prove` repeats it; `make test` holds that every patch still applies.\n\n'
    printf 'Result: %s faults planted, %s found.\n\n' "${#rows[@]}" "${#rows[@]}"
    printf '| planted | found by | which says |\n|---|---|---|\n'
    printf '%s\n' "${rows[@]}"
} >"$here/docs/proofs/sabotage-$day.md"
