#!/bin/sh
# Measures everything in README.md side by side and prints the table.
# bench.sh -idle 1000000 measures a million idle components; it needs 10 GB.
cd "$(dirname "$0")" && exec go test -count 1 -timeout 30m -run '^TestTable$' . -v -args -table "$@"
