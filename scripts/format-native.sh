#!/usr/bin/env bash
# Formats the C++ and Metal sources in place; with --check it only compares.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1-} == --check ]]; then action=(--dry-run --Werror); else action=(-i); fi
git ls-files -z 'native/*.cc' 'native/*.h' 'kernels/*.metal' 'kernels/*.h' ':!native/generated' ':!kernels/generated' |
  xargs -0 -r clang-format "${action[@]}"
