# Sourced: the Go toolchain of the virtual environment, and caches that work without a HOME.
GO="$PWD/.venv/bin/go"
export GOTOOLCHAIN=local GOFLAGS="-buildvcs=false"
if [ -z "${HOME:-}" ]; then
  export GOPATH="$PWD/.cache/go" GOCACHE="$PWD/.cache/go-build"
fi
