#!/usr/bin/env bash
# What the tests need beyond make setup: Chromium and PostgreSQL. As root (or with sudo that asks nothing) they come
# from Debian's packages; otherwise what is there is used, and pytest ends with the list of tests it had to leave out.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null 2>&1; then
  missing+=(postgresql)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    echo "==> tests that need ${missing[*]} will be left out; to have them: sudo apt-get install ${missing[*]}" >&2
    exit 0
  fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "==> tests that need ${missing[*]} will be left out: install them with this system's package manager" >&2
  exit 0
fi
echo "==> installing ${missing[*]} from Debian's packages (a minute or two)" >&2
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core fonts-noto-color-emoji >.cache/apt.log 2>&1 \
  || { tail -20 .cache/apt.log >&2; exit 1; }
