"""Adds up a test run: the cases of every test program, and why some were skipped."""
import re
import sys
import xml.etree.ElementTree

passed = failed = skipped = 0
reasons = set()
for test in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
    output = test.findtext("system-out") or ""
    counts = [sum(map(int, re.findall(rf"^\[  {word} *\] (\d+) test", output, re.M))) for word in ("PASSED", "FAILED", "SKIPPED")]
    if not any(counts):  # no GoogleTest: the program is one case
        counts = [int(test.get("status") == "run"), int(test.get("status") == "fail"), int(test.get("status") not in ("run", "fail"))]
    elif test.get("status") == "fail":
        counts[1] = max(counts[1], 1)
    passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    reasons.update(line.strip() for line in re.findall(r": Skipped\n(.+)", output))
for reason in sorted(reasons):
    print(f"skipped: {reason}")
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
