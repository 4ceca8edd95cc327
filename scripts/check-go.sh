#!/usr/bin/env bash
# The Go half of make check: format and vet of every Go module here, with the toolchain of the lock.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/go-env.sh
. scripts/go-env.sh
for module in sandbox/vcenter bench/govc; do
  unformatted=$("$("$GO" env GOROOT)/bin/gofmt" -l "$module")
  if [ -n "$unformatted" ]; then
    printf 'gofmt would change:\n%s\n' "$unformatted" >&2
    exit 1
  fi
  (cd "$module" && "$GO" vet ./...)
done
