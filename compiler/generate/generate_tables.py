#!/usr/bin/env python3
"""Writes the tables of compiler/ from the kernel's headers in Debian's packages and the notes beside this script.

usage: generate_tables.py [--check] [--packages FOLDER]

  --check            writes nothing; fails if a table is not what the headers and the notes say
  --packages FOLDER  where the packages are, or are downloaded to with apt-get (a temporary folder)

Needs clang, which knows the layout of all four ABIs without their C libraries. To follow a newer
kernel: add its calls to prototypes.txt, say in arguments.txt what their arguments are, add its
constants to constants.txt, and run this. Whatever is forgotten is an error here.
"""
import argparse
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True  # no __pycache__ in the tree

import call_numbers
import constants
import packages
import prototypes

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = HERE.parent
TESTS = COMPILER.parent / "tests/unit/compiler"


def note(name):
    return (HERE / name).read_text()


def head(what, sources, notes):
    return (f"// {what}\n//\n// Made by compiler/generate/generate_tables.py; to change it, change {notes} there.\n"
            + "".join(f"// Source: {source}\n" for source in sources) + "\n")


def without_sources(text):
    return [line for line in text.splitlines() if not line.startswith("// Source: ")]


def tables(found):
    """-> {path: text}, and what is wrong with the notes"""
    proto_notes, const_notes = prototypes.Notes(note("prototypes.txt")), constants.Notes(note("constants.txt"))
    numbers = call_numbers.all_numbers(found, proto_notes)
    rules = prototypes.Rules(note("arguments.txt"))
    typing = prototypes.Typing(prototypes.header_functions(found), proto_notes, rules, const_notes.families)
    typed = {(abi, call): typing.call(abi, call, number) for (abi, call), number in numbers.items()}
    values, headers = constants.collect(found, const_notes)
    used = {argument.family for arguments in typed.values() for argument in arguments}
    faults = [*sorted(set(typing.faults)), *(f"arguments.txt: {rule} matches nothing" for rule in rules.unused()),
              *proto_notes.faults(numbers), *constants.faults(const_notes, values),
              *(f"constants.txt: no argument is of {family}" for family in const_notes.families.keys() - used),
              *call_numbers.table_faults(numbers, (COMPILER / "syscall_table.inc").read_text())]
    contents = {
        COMPILER / "abi_numbers.inc": ("System calls by number: WARD_NUMBER(abi, number, name). x86_64 is in syscall_table.inc.",
                                       "prototypes.txt", call_numbers.rows(numbers)),
        COMPILER / "prototypes.inc": ("Prototypes: WARD_CALL(name, ABIs, count, arguments), sorted by name.\n"
                                      "// WARD_ARGUMENT(name, other name, kind, width, signedness, family, first register)",
                                      "prototypes.txt or arguments.txt", prototypes.rows(typed)),
        COMPILER / "families.inc": ("Families of constants: WARD_FAMILY(name, form, words).", "constants.txt",
                                    constants.family_rows(const_notes)),
        COMPILER / "constants.inc": ("Constants: WARD_CONSTANT(name, value, ABIs, WARD_IN(family, mask)...), sorted by name.",
                                     "constants.txt", constants.rows(values)),
        TESTS / "header_constants.inc": ("What the installed headers say: WARD_SEEN(name, value).", "constants.txt",
                                         constants.header_rows(const_notes, values, headers["x86_64"])),
    }
    sources = [*found.versions, "additions up to Linux 6.18 by hand, in compiler/generate"]
    return {path: head(what, sources, notes) + "\n".join(rows) + "\n" for path, (what, notes, rows) in contents.items()}, faults


def compare(wanted):
    stale = [path for path, text in wanted.items() if not path.exists() or without_sources(path.read_text()) != without_sources(text)]
    for path in stale:
        print(f"{path.relative_to(COMPILER.parent)} is not what the headers say: run compiler/generate/generate_tables.py")
    return bool(stale)


def main():
    parser = argparse.ArgumentParser(description="the tables of compiler/ from the kernel's headers")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--packages", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wanted, faults = tables(packages.fetch(options.packages or pathlib.Path(folder)))
    if faults:
        print("\n".join(faults))
        return 1
    if options.check:
        return compare(wanted)
    for path, text in wanted.items():
        path.write_text(text)
    return 0


sys.exit(main())
