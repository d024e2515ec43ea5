#!/usr/bin/env python3
"""Whether the order of a start (sandbox/start_order.ld) still names functions and variables that are there.

    start_order_test.py PROGRAM SCRIPT SHARE [linked]

A build without optimisation has other functions inlined, so SHARE, what must be there at least, depends on the build.
With `linked` the program must have been linked with the script.
"""
import pathlib
import re
import subprocess
import sys

program, script, share = sys.argv[1:4]


def plain(symbol):
    """Without what the compiler adds to the name of a part or a copy of a function."""
    return re.sub(r"\.(isra|constprop|part|cold)\b.*", "", symbol)


named = {plain(name) for name in re.findall(r"\(\.(?:text|data|bss)\.(?:unlikely\.)?(_Z[\w.]*4ward[\w.]*)\)",
                                            pathlib.Path(script).read_text())}
symbols = subprocess.run(["nm", program], check=True, capture_output=True, text=True).stdout
there = named & {plain(line.split()[-1]) for line in symbols.splitlines()}
print(f"{len(there)} of {len(named)} names of the script are in the program (at least {share})")
if not named or len(there) < float(share) * len(named):
    sys.exit("the order of a start is out of date: run sandbox/generate/start_order.py on a release build")
if "linked" in sys.argv[4:]:
    headers = subprocess.run(["readelf", "-SW", program], check=True, capture_output=True, text=True).stdout
    if " .text.start " not in headers or " .data.start " not in headers:
        sys.exit("the program was not linked with the order of a start")
