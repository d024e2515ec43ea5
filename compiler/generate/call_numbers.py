"""The numbers of system calls on each ABI."""
import re
import subprocess

from prototypes import ABIS

# Macros of the headers that look like calls and are none.
NO_CALLS = {"syscalls", "arch_specific_syscall"}


def numbers_of(text):
    """`#define __NR_name number` lines -> {name: number}"""
    found = {}
    macros = dict(re.findall(r"#define (__NR\w*)\s+(.+)", text))
    for macro, value in macros.items():
        if macro.startswith("__NR_") and macro[5:] not in NO_CALLS:
            value = macros.get(value.strip(), value)
            found[macro[5:]] = int(re.search(r"\d+", value.replace("__X32_SYSCALL_BIT", ""))[0])
    return found


def header_numbers(packages):
    asm = packages.uapi / "x86_64-linux-gnu/asm"
    names = {"x86_64": "unistd_64.h", "i386": "unistd_32.h", "x32": "unistd_x32.h"}
    result = {abi: numbers_of((asm / file).read_text()) for abi, file in names.items()}
    command = ["clang", "--target=aarch64-linux-gnu", "-nostdinc", "-isystem", packages.arm64, "-E", "-dM", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, input="#include <asm/unistd.h>\n").stdout
    result["aarch64"] = numbers_of(text)
    return result


def all_numbers(packages, notes):
    """{(abi, call): number}, without the bit that marks x32."""
    result = {(abi, call): number for abi, calls in header_numbers(packages).items() for call, number in calls.items()}
    for abi, number, call in notes.newer:
        if result.setdefault((abi, call), number) != number:
            raise SystemExit(f"{abi}: {call} is {result[abi, call]} in the headers and {number} in prototypes.txt")
    return result


def rows(numbers):
    lines = []
    for abi in ABIS[1:]:  # x86_64 is in syscall_table.inc
        calls = sorted((number, call) for (of, call), number in numbers.items() if of == abi)
        lines += [f'WARD_NUMBER({abi}, {number}, "{call}")' for number, call in calls]
    return lines


def table_faults(numbers, text):
    """What syscall_table.inc, which people write, has otherwise than the headers."""
    table = {name: int(number) for number, name in re.findall(r"^WARD_SYSCALL\((\d+), (\w+)\)", text, re.M)}
    known = {call: number for (abi, call), number in numbers.items() if abi == "x86_64"}
    return [f"syscall_table.inc: {name}: {table.get(name)}, the headers say {known.get(name)}"
            for name in sorted(table.keys() | known.keys()) if table.get(name) != known.get(name)]
