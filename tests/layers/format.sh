#!/bin/bash
# Every C++ file is as clang-format would write it.
set -euo pipefail
cd "$1"
git -c safe.directory="$PWD" ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' |
    while read -r file; do [ ! -e "$file" ] || echo "$file"; done | xargs clang-format --dry-run -Werror
