#!/usr/bin/env bash
# Renews requirements.lock: every dependency and its hashes, for all platforms; no address of a registry is written into it.
set -euo pipefail
cd "$(dirname "$0")/.."
UV_SYSTEM_CERTS=1 .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
  --no-emit-index-url --no-emit-find-links --group dev --group bench pyproject.toml -o requirements.lock "$@"
