#!/usr/bin/env bash
# Builds the Versity S3 Gateway, a second and independent S3 server for the tests, once for this user. Needs Go (1.24 or newer).
# About two minutes of processor time and a gigabyte of memory; the modules come from Go's own proxy, checked by its sums.
set -euo pipefail

version=1.8.0
folder=${XDG_CACHE_HOME:-$HOME/.cache}/isolario/versitygw-$version
[ ! -x "$folder/versitygw" ] || exit 0

go=$(command -v go || echo /usr/local/go/bin/go)
[ -x "$go" ] || { echo 'Go is needed to build versitygw, and was found neither in PATH nor in /usr/local/go.' >&2; exit 1; }

mkdir -p "$folder"
building=$(mktemp -d "$folder/building-XXXXXX")
trap 'rm -rf "$building"' EXIT
GOBIN=$building GOFLAGS=-p=2 CGO_ENABLED=0 "$go" install -trimpath -ldflags '-s -w' "github.com/versity/versitygw/cmd/versitygw@v$version"
# By a rename: whoever looks meanwhile sees no half-written program.
mv "$building/versitygw" "$folder/versitygw"
