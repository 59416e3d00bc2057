#!/usr/bin/env bash
# Prints the figures of README.md: the kernel beside wazero's own WASI, both measured in turn in one run, medians of 5. It takes some minutes.
set -euo pipefail
cd "$(dirname "$0")"
go test -count=1 -timeout=60m -run 'TestFigures$' -figures -v . "$@"
