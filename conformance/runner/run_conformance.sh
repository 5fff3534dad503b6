#!/bin/sh
# Starts the runner ($1) with the remaining arguments. Exec keeps it Bazel's direct child, so that the signal
# of a timeout reaches it.
runner=$1
shift
exec "$runner" "$@"
