#!/usr/bin/env bash
# Brings the working tree to where every make target can run: .venv with the locked dependencies, and the sandbox's vCenter.
# Idempotent: what is there already is left alone, and then it takes a fraction of a second.
set -euo pipefail
cd "$(dirname "$0")/.."

# A company may sign the index with a CA of its own, and then the system knows it.
export UV_SYSTEM_CERTS=1

say() { printf '==> %s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 \
      && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "setup: Python 3.11 or newer is needed, and there is none. On Debian: apt-get install python3 python3-venv" >&2
  exit 1
}

# An interrupted first time leaves a Python without pip.
if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  python=$(find_python)
  say "making the virtual environment .venv with $("$python" --version)"
  rm -rf .venv
  if ! "$python" -m venv .venv; then
    echo "setup: $python can't make a virtual environment. On Debian: apt-get install python3-venv" >&2
    rm -rf .venv
    exit 1
  fi
fi

wanted=$(cat requirements.lock pyproject.toml scripts/setup.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.locked 2>/dev/null || true)" != "$wanted" ]; then
  # uv comes by pip, from the same lock and with the same check of its hash as everything else.
  mkdir -p .cache
  awk '/^uv==/ {on=1} /^[a-z]/ && !/^uv==/ {on=0} on' requirements.lock >.cache/uv.lock
  if ! .venv/bin/uv --version 2>/dev/null | grep -qF "$(sed -n 's/^uv==\([^ ]*\).*/\1/p' .cache/uv.lock)"; then
    say "installing uv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .cache/uv.lock
  fi
  say "installing the locked dependencies ($(grep -c '^[a-z]' requirements.lock) packages)"
  .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  echo "$wanted" >.venv/.locked
fi

# Builds when its sources changed, and says where the binary is.
.venv/bin/python -m sandbox.vcenter.prepare
