#!/bin/sh
# The statically linked program makes no streams of the C++ library's at its start (sandbox/cli/static_streams.cpp):
# none may be in it.
set -eu
streams='std::(wcout|cout|wcin|cin|wcerr|cerr|wclog|clog)'
symbols=$(nm -C "$1")
printf '%s\n' "$symbols" | grep -qE ' std::ios_base::Init::Init\(\)' || { echo "no start of streams is in $1: is it stripped?"; exit 1; }
if printf '%s\n' "$symbols" | grep -E " $streams\$"; then
    echo "these are used by something that is linked into ward, and nothing makes them"
    exit 1
fi
