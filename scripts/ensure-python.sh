#!/usr/bin/env bash
# Makes sure that Python can make a virtual environment for the contract tools: Debian keeps that in a package of its own.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

python3 -c 'import ensurepip, venv' 2>/dev/null && exit 0
become_root "virtual environments of Python" python3-venv
apt_install "virtual environments of Python" python3-venv
python3 -c 'import ensurepip, venv'
