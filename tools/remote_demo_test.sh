#!/usr/bin/env bash
# tools/remote_demo tells what is wrong with its command line before it installs or starts anything.
set -euo pipefail

demo=$1
failed=0

# expect CODE TEXT WORD...: it ends with CODE and says TEXT.
expect() {
  local code=$1 text=$2 said status=0
  shift 2
  said=$("$demo" "$@" 2>&1) || status=$?
  if [[ $status != "$code" || $said != *"$text"* ]]; then
    echo "remote_demo $*: exit code $status and '$said', not $code and '$text'"
    failed=1
  fi
}

expect 0 "tools/remote_demo [TARGET...]" --help
expect 64 "unknown flag '--prot=1'" --prot=1
expect 64 "'many' is no port" --port=many
expect 64 "'70000' is no port" --cache-port=70000
exit "$failed"
