#!/usr/bin/env bash
# Makes sure that the programs of a PostgreSQL server are here; looks where src/launcher/binaries.rs looks.
# Installs Debian's package when they are missing, without the cluster that Debian would make and start.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

# Both programs must run: a postgres on PATH may be a lone wrapper.
works() {
    "$1/postgres" --version >/dev/null 2>&1 && "$1/initdb" --version >/dev/null 2>&1
}

find_server() {
    local folder
    while read -r folder; do
        if works "$folder"; then
            echo "$folder"
            return 0
        fi
    done < <(
        find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -t/ -k5,5nr
        tr ':' '\n' <<<"$PATH"
    )
    return 1
}

if [ -n "${KENPO_PG_BIN:-}" ]; then
    works "$KENPO_PG_BIN" && exit 0
    echo "KENPO_PG_BIN is $KENPO_PG_BIN, but postgres and initdb do not both run there: correct or unset it" >&2
    exit 1
fi
find_server >/dev/null && exit 0

# The package's own scripts read this when they decide whether to make a cluster called main.
become_root "a PostgreSQL server" postgresql
"${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
"${as_root[@]}" tee /etc/postgresql-common/createcluster.d/kenpo.conf >/dev/null <<'CONF'
# Made by kenpo, which runs a private server of its own. Remove this to get Debian's cluster "main" again.
create_main_cluster = false
CONF
apt_install "a PostgreSQL server" postgresql
server=$(find_server) || {
    echo "the package postgresql is installed, but no server was found in /usr/lib/postgresql or on PATH" >&2
    exit 1
}
echo "PostgreSQL is in $server"
