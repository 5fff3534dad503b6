#!/bin/sh
# Runs the adapter's test. Not py_test: that asks for a `python`, which a fresh machine lacks.
exec /usr/bin/python3 "$(dirname "$0")/adapter_test.py" "$@"
