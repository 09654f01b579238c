# Debian packages, as root or through sudo. Sourced by the scripts beside it.

# Sets as_root to the words that go before a command; ends with what to do when neither way is open.
#   become_root "what for" PACKAGE…
become_root() {
    local purpose=$1
    shift
    if ! command -v apt-get >/dev/null; then
        echo "kenpo needs $purpose, and this system has no apt-get: install the counterpart of '$*' and try again" >&2
        exit 1
    fi
    as_root=()
    [ "$(id -u)" -ne 0 ] || return 0
    if ! command -v sudo >/dev/null; then
        echo "kenpo needs $purpose, and you are neither root nor have sudo: ask an administrator to run" >&2
        echo "    apt-get update && apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
    # Without a terminal nobody could type a password: fail at once rather than wait.
    as_root=(sudo)
    [ -t 0 ] || as_root=(sudo -n)
}

# Installs packages after become_root.
#   apt_install "what for" PACKAGE…
apt_install() {
    echo "installing $1 (${*:2})"
    "${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "${@:2}"
}
