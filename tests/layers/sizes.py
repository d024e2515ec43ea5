"""No file over 400 lines, no function of the product over 60, half of them at most 10: what does not fit is two things."""
import pathlib
import statistics
import subprocess
import sys

FILE_LINES = 400
FUNCTION_LINES = 60
MEDIAN_LINES = 10
# Functions of the product that are tables: one short line or two for each row.
TABLES = {("sandbox/describe.cpp", "operands")}


def functions(files):
    command = ["ctags-universal", "--languages=C,C++", "--langmap=C++:.cpp.hpp", "--kinds-C=f", "--kinds-C++=f", "--fields=+ne", "-f", "-", *files]
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        fields = line.split("\t")
        values = dict(field.split(":", 1) for field in fields[3:] if ":" in field)
        if "end" in values:
            yield fields[1], fields[0], int(values["end"]) - int(values["line"]) + 1


def main(root):
    files = [str(path) for folder in ("policy", "compiler", "sandbox", "tests", "fuzz")
             for path in sorted((root / folder).rglob("*")) if path.suffix in (".cpp", ".hpp", ".c")]
    faults = []
    for file in files:
        lines = len(pathlib.Path(file).read_text().splitlines())
        if lines > FILE_LINES:
            faults.append(f"{file}: {lines} lines, at most {FILE_LINES}")
    lengths = []
    for file, name, lines in functions([file for file in files if not file.startswith(str(root / "tests"))]):
        lengths.append(lines)
        if lines > FUNCTION_LINES and (str(pathlib.Path(file).relative_to(root)), name) not in TABLES:
            faults.append(f"{file}: {name} has {lines} lines, at most {FUNCTION_LINES}")
    if len(lengths) < 100:
        faults.append(f"only {len(lengths)} functions were found: ctags does not see the code")
    if statistics.median(lengths) > MEDIAN_LINES:
        faults.append(f"half of the functions have more than {MEDIAN_LINES} lines")
    print("\n".join(faults))
    print(f"{len(files)} files, {len(lengths)} functions, half of them at most {statistics.median(lengths):.0f} lines")
    return 1 if faults else 0


sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
