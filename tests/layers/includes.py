"""The layers point one way: policy <- compiler <- sandbox, and third-party headers have one door each."""
import pathlib
import re
import sys

# A folder may include headers of itself and of those to the left of it.
ORDER = ["policy", "compiler", "sandbox"]

# Third-party headers, and the only files that may include them.
DOORS = {
    "tao/": {"policy/parser.cpp", "policy/grammar.hpp", "policy/grammar_words.hpp"},
    "seccomp.h": {"compiler/syscall_table.cpp"},
    "cap-ng.h": {"compiler/capabilities.cpp"},
    "boost/": {"sandbox/cli/options.cpp"},
    "nlohmann/": {"sandbox/json.cpp"},
}
# Folders of the C library's and the kernel's headers, and those of the C library that are in none.
SYSTEM = {"sys", "linux", "asm", "net", "netinet", "arpa"}
PLAIN = {"dirent.h", "elf.h", "fcntl.h", "features.h", "grp.h", "link.h", "malloc.h", "poll.h", "pwd.h", "sched.h", "spawn.h",
         "stdbool.h", "stddef.h", "string.h", "termios.h", "unistd.h"}


def third_party(header):
    for door in DOORS:
        if header == door or (door.endswith("/") and header.startswith(door)):
            return door
    return None


def faults_of(root, path):
    name = str(path.relative_to(root))
    layer = name.split("/")[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^">]+)[">]', line)
        if not match:
            continue
        kind, header = match.groups()
        door = third_party(header)
        if kind == '"':
            target = header.split("/")[0]
            if target not in ORDER:
                yield f"{name}:{number}: `{header}` is not named from the top of the tree"
            elif ORDER.index(target) > ORDER.index(layer):
                yield f"{name}:{number}: {layer} must not know {target} (`{header}`)"
            elif header.startswith("sandbox/cli/") and not name.startswith("sandbox/cli/"):
                yield f"{name}:{number}: only sandbox/cli knows its headers (`{header}`)"
        elif door and name not in DOORS[door]:
            yield f"{name}:{number}: `{header}` stays in {', '.join(sorted(DOORS[door]))}"
        elif not door and ("/" in header or header.endswith(".h")) and header.split("/")[0] not in SYSTEM | PLAIN:
            yield f"{name}:{number}: `{header}` is third-party and has no door in tests/layers/includes.py"


def main(root):
    files = [path for layer in ORDER for path in sorted((root / layer).rglob("*.[chi]pp"))]
    files += [path for layer in ORDER for path in sorted((root / layer).rglob("*.inc"))]
    faults = [fault for path in files for fault in faults_of(root, path)]
    if not files:
        faults.append("no file was looked at")
    print("\n".join(faults) if faults else f"{len(files)} files, and all includes point the right way")
    return 1 if faults else 0


sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
