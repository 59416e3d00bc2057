#!/bin/sh
# Measures everything in README.md side by side and prints the table.
# bench.sh -idle 100000 needs less memory than the default of a million.
cd "$(dirname "$0")" && exec go test -count 1 -timeout 30m -run '^TestTable$' . -v -args -table "$@"
