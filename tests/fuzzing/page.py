"""docs/reference/fuzzing.md: what a run has shown, as tables."""
import limits
import speed
from trial import HERE, PERSISTENT, TARGETS

PAGE = HERE.parent.parent / "docs/reference/fuzzing.md"

INTRODUCTION = """# Fuzzing

The profiles `fuzz-target` and `fuzz-afl` on real fuzzers: libFuzzer with AddressSanitizer and AFL++, both of Debian 12.
`./dev test fuzzing` proves each row and prints its figures, as root and as an ordinary user; [how to use them](../how-to/fuzzing-in-ci.md) is another page.

## Bugs that no sanitizer sees

Three targets have a planted bug, and twins that have it corrected. *With ward*: seconds until the fuzzer has saved an input, and the call that it shows, which
`ward explain-crash` names with the rule and the line of the source. *Without*: how long the same program, seeds and fuzzer find nothing. *Clean twin*: false crashes with ward.

| bug | target | fuzzer | call | with ward | without | clean twin |
|---|---|---|---|---|---|---|
"""
SPEED = """
## Speed

Executions of the same work per second of processor time, that of fuzzer, fork server, target and jail together: medians of {rounds} rounds in turn, and
the medians of their ratios. *Any filter* is the same in bubblewrap under a seccomp filter of one instruction that allows everything.

| fuzzer | with ward | without | ratio | any filter |
|---|---|---|---|---|
"""
COSTS = """
What is left is the kernel's price of any filter: a system call that does nothing takes {bare} ns without one, {floor} ns under the filter of one instruction, {ward} ns with ward and
the hook. An input of AFL++ makes 20 calls with a fork server, 12 in persistent mode. The hook's own part is none: what it does not look at is not trapped,
and a fork server copies no page of it. The start is not in the figures: {jailed:.0f} ms of AFL++ with ward, {unjailed:.0f} without. The target does next to nothing here: of one that works for longer the share is smaller.
"""
LIMITS_INTRODUCTION = """
## Limits

| a target that | under libFuzzer |
|---|---|
"""
END = """
Made by `tests/fuzzing/run.py build/ward --page {arguments}` (`--only-speed` makes one section again), on two processors that other
programs used too.
"""


def labels(text):
    """Of each row what is no figure."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row[:{7: 4, 5: 1}.get(len(row), 2)] for row in rows]


def speed_section(speeds, options):
    rows, calls = speeds
    text = SPEED.format(rounds=options.rounds)
    for fuzzer, (rates, ratios, _) in rows.items():
        text += f"| {fuzzer} | {rates[speed.WARD]:,.0f} | {rates[speed.BARE]:,.0f} | {ratios[speed.WARD]:.2f} | {ratios[speed.FLOOR]:.2f} |\n"
    starts = rows[PERSISTENT][2]
    return text + COSTS.format(ward=calls[speed.WARD], bare=calls[speed.BARE], floor=calls[speed.FLOOR],
                               jailed=starts[speed.WARD], unjailed=starts[speed.BARE])


def replace_speed(speeds, options):
    """The figures of one section."""
    before, _, rest = PAGE.read_text().partition("\n## Speed")
    PAGE.write_text(before + speed_section(speeds, options) + "\n## Limits" + rest.partition("\n## Limits")[2])


def page(rows, speeds, options):
    text = INTRODUCTION
    for (target, fuzzer), row in rows.items():
        bug, call, _ = TARGETS[target]
        source = f"[{target}](../../tests/fuzzing/targets/{target}.c)"
        text += (f"| {bug} | {source} | {fuzzer} | `{call}` | {row['found']:.1f} s | "
                 f"nothing in {options.seconds} s | none in {options.clean} s, {row['clean']:,} executions |\n")
    text += speed_section(speeds, options)
    text += LIMITS_INTRODUCTION
    for name, _, _, _, words, _ in limits.LIMITS:
        text += f"| {name} | {words} |\n"
    arguments = f"--seconds {options.seconds} --clean {options.clean}"
    return text + END.format(arguments=arguments)


def test_page(tap, rows, speeds, options):
    if any(row["found"] is None for row in rows.values()):
        return  # which has been said
    text = page(rows, speeds, options)
    if options.page:
        PAGE.write_text(text)
    there = labels(PAGE.read_text()) if PAGE.exists() else []
    fault = "" if there == labels(text) else f"{PAGE.name} has other rows: run with --page"
    tap.result("the page of the reference has these rows", fault)
