#!/bin/sh
# Measures everything in README.md side by side and prints the table.
# bench.sh -rounds 0 -idle 1000000 measures only the memory, of a million idle components; it needs 10 GB.
cd "$(dirname "$0")" && exec go test -count 1 -timeout 30m -run '^TestTable$' . -v -args -table "$@"
