"""The kernel's constants: names by family, values from the headers by clang for each ABI."""
import dataclasses
import fnmatch
import pathlib
import re
import subprocess
import tempfile

from prototypes import ABIS, abi_set, uncommented

TARGETS = {"x86_64": "x86_64-linux-gnu", "i386": "i386-linux-gnu", "x32": "x86_64-linux-gnux32",
           "aarch64": "aarch64-linux-gnu"}
ALL_BITS = (1 << 64) - 1


@dataclasses.dataclass
class Member:
    pattern: str
    value: str = ""  # an expression, if it is in no header
    mask: str = ""   # of the field that it is a value of
    shift: int = 0
    out: bool = False


@dataclasses.dataclass
class Family:
    name: str
    form: str
    words: str
    members: list


class Notes:
    """constants.txt."""

    def __init__(self, text):
        self.headers, self.mixed, self.raw, self.families = [], [], [], {}
        for line in uncommented(text):
            self._take(line)

    def _take(self, line):
        word, _, rest = line.partition(" ")
        if word == "header":
            self.headers += rest.split()
        elif word == "mixed":
            self.mixed += rest.split()
        elif word == "raw":
            file, _, patterns = rest.partition(":")
            self.raw.append((file, patterns.split()))
        elif word == "family":
            head, _, words = rest.partition(": ")
            name, form = head.split()
            self.families[name] = self.last = Family(name, form, words, [])
        elif word == "field":
            mask, _, patterns = rest.partition(":")
            self.last.members += [self._member(pattern, mask) for pattern in patterns.split()]
        else:
            self.last.members += [self._member(pattern, "") for pattern in line.split()]

    @staticmethod
    def _member(text, mask):
        out = text.startswith("!")
        name, _, value = text.lstrip("!").partition("=")
        shift = 0
        if name[-2:-1] == ":":
            name, shift = name[:-2], int(name[-1])
        return Member(name, value, mask, shift, out)


def compiler(packages, abi, *options):
    uapi = [packages.arm64] if abi == "aarch64" else [packages.uapi, packages.uapi / "x86_64-linux-gnu"]
    includes = [word for folder in uapi for word in ("-isystem", str(folder))]
    return ["clang", f"--target={TARGETS[abi]}", "-nostdlibinc", "-Ulinux", *includes, "-x", "c", *options]


def present(packages, abi, headers):
    text = "".join(f"#if __has_include(<{header}>)\nward <{header}>\n#endif\n" for header in headers)
    out = subprocess.run([*compiler(packages, abi, "-E"), "-"], input=text, check=True, capture_output=True, text=True).stdout
    return re.findall(r"ward (<.*>)", out)


def raw_text(packages, notes):
    """What the kernel's own headers define of the wanted names, without the rest of them."""
    lines = []
    for file, patterns in notes.raw:
        text = re.sub(r"/\*.*?\*/", " ", (packages.kernel / "include" / file).read_text(), flags=re.S).replace("\\\n", " ")
        for name, value in re.findall(r"^#\s*define\s+(\w+)[ \t]+(.+)$", text, re.M):
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                lines.append(f"#ifndef {name}\n#define {name} {value}\n#endif")
        for tag, body in re.findall(r"enum\s+(\w*)\s*\{(.*?)\}", text, re.S):
            if any(fnmatch.fnmatchcase(name, pattern) for name in re.findall(r"^\s*(\w+)", body, re.M) for pattern in patterns):
                lines.append(f"enum {tag} {{{body}}};")
    return "\n".join(lines) + "\n"


# Headers of the C library that some of the kernel's include, for nothing that matters here.
LIBC = ("unistd.h", "sys/socket.h", "sys/time.h", "sys/types.h", "sys/ioctl.h", "net/if.h", "netinet/in.h")


# What the kernel's headers take from there.
USER_SPACE = """
#include <stddef.h>
#include <stdbool.h>
struct sockaddr { unsigned short sa_family; char sa_data[14]; };
typedef unsigned short sa_family_t;
#include <linux/types.h>
"""


def empty_libc(folder):
    for header in LIBC:
        path = pathlib.Path(folder) / header
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return folder


class Headers:
    """All names of one ABI's headers."""

    def __init__(self, packages, notes, abi, libc):
        self.command = [*compiler(packages, abi), "-isystem", libc]
        includes = [f"#include {header}\n" for header in present(packages, abi, notes.headers + notes.mixed)]
        self.text = USER_SPACE + "".join(includes) + raw_text(packages, notes)
        # Defined by headers that only the kernel includes.
        self.raw = set(re.findall(r"\b[A-Z]\w+", raw_text(packages, notes)))
        macros = self._run("-E", "-dM")
        self.macros = set(re.findall(r"#define (\w+) \S", macros))
        self.names = set(self.macros)
        self.tags = {}
        for tag, body in re.findall(r"\benum\s+(\w*)\s*\{(.*?)\}", re.sub(r"#.*", "", self._run("-E", "-P")), re.S):
            found = re.findall(r"(?:^|,)\s*(\w+)", body)
            self.tags.setdefault(tag, []).extend(found)
            self.names.update(found)

    def _run(self, *options, text="", check=True):
        result = subprocess.run([*self.command, *options, "-"], input=self.text + text, capture_output=True, text=True)
        if check and result.returncode:
            raise SystemExit(result.stderr[:3000])
        return result.stderr if not check else result.stdout

    def constant(self, names):
        """Those of the names that are integer constants."""
        names = sorted(names)
        text = "".join(f"\n#line {index} \"ward\"\nenum {{ ward_{index} = sizeof(char[(long long)({name}) ? 1 : 1]) }}; "
                       for index, name in enumerate(names, 1))
        errors = self._run("-fsyntax-only", "-ferror-limit=0", "-Wno-everything", text=text, check=False)
        bad = {int(index) for index in re.findall(r"^ward:(\d+):\d+: error", errors, re.M)}
        if unknown := re.findall(r"^(?!ward:)\S+: (?:fatal )?error.*", errors, re.M):
            raise SystemExit("\n".join(unknown))
        return {name for index, name in enumerate(names, 1) if index not in bad}

    def values(self, expressions):
        """Expression -> value, sign extended from its C type to 64 bits."""
        text = "".join(f"const long long ward_{index} = (long long)({expression});\n" for index, expression in enumerate(expressions))
        found = dict(re.findall(r"^ward_(\d+):\n\s+\.(?:quad|xword|zero)\s+(-?\w+)", self._assembly(text), re.M))
        return {expression: int(found[str(index)], 0) for index, expression in enumerate(expressions)}

    def _assembly(self, text):
        text = self._run("-S", "-O0", "-Wno-everything", "-o", "-", text=text)
        text = re.sub(r"[#@].*|//.*", "", text)
        # 32-bit ABIs store the halves apart; zero is `.zero 8`.
        text = re.sub(r"\.long\s+(\d+)\s*\n\s+\.long\s+(\d+)", lambda m: f".quad {int(m[1]) | int(m[2]) << 32}", text)
        return re.sub(r"\.zero\s+8", ".quad 0", text)


def expand(family, headers, values):
    """-> {name: Member}. `values`: of every constant of the headers."""
    chosen = {}
    for member in family.members:
        pattern, _, type_byte = member.pattern.partition("@")
        tag = pattern.removeprefix("enum:") if pattern.startswith("enum:") else None
        pool = headers.tags.get(tag, []) if tag else values
        names = [name for name in pool if tag or fnmatch.fnmatchcase(name, pattern)]
        if type_byte:
            names = [name for name in names if (values[name] >> 8) & 0xff == int(type_byte, 16)]
        if member.value and pattern not in headers.names:
            names = [pattern]
        for name in names:
            if member.out:
                chosen.pop(name, None)
            else:
                chosen[name] = member
    return chosen


def wanted(notes, headers):
    """Names that some pattern may take in: only those are tried as constants."""
    patterns = [member.pattern.partition("@")[0] for family in notes.families.values() for member in family.members]
    plain = {pattern for pattern in patterns if not re.search(r"[*?\[:]", pattern)}
    globs = re.compile("|".join(fnmatch.translate(pattern) for pattern in set(patterns) - plain if not pattern.startswith("enum:")))
    tags = {name for pattern in patterns if pattern.startswith("enum:") for name in headers.tags.get(pattern[5:], [])}
    return {name for name in headers.names if name in plain or name in tags or globs.fullmatch(name)}


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def of_abi(notes, headers):
    """-> {(name, family): (value, mask)}"""
    values = headers.values(sorted(headers.constant(wanted(notes, headers))))
    members = {(name, family.name): member for family in notes.families.values()
               for name, member in expand(family, headers, values).items()}
    masks = {member.mask for member in members.values() if member.mask}
    values |= headers.values(sorted(masks | {member.value for member in members.values() if member.value}))
    result = {}
    for (name, family), member in members.items():
        form = notes.families[family].form
        value = (values[name] if name in headers.names else values[member.value]) & ALL_BITS
        # A flag in the top bit of an int is that bit, not a negative number.
        if form == "flags" and value >> 31 == ALL_BITS >> 31:
            value &= 0xffffffff
        value <<= member.shift
        mask = values[member.mask] if member.mask else value if form == "flags" else ALL_BITS
        result[name, family] = (signed(value), mask & ALL_BITS)
    return result


def collect(packages, notes):
    """-> {(abi, name, family): (value, mask)}, and the headers of each ABI"""
    result, headers = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        libc = empty_libc(folder)
        for abi in ABIS:
            headers[abi] = Headers(packages, notes, abi, libc)
            for (name, family), value in of_abi(notes, headers[abi]).items():
                result[abi, name, family] = value
    return result, headers


def faults(notes, found):
    """Patterns of constants.txt that match nothing on any ABI, and families without constants."""
    members = {family: {name for _, name, of in found if of == family} for family in notes.families}
    for family in notes.families.values():
        if not members[family.name]:
            yield f"constants.txt: {family.name} has no constants"
        for member in family.members:
            pattern = member.pattern.partition("@")[0]
            if not member.out and not pattern.startswith("enum:") and not fnmatch.filter(members[family.name], pattern):
                yield f"constants.txt: {family.name}: {member.pattern} matches nothing"


def hexadecimal(value):
    return f"-{-value}" if value < 0 else f"{value:#x}" if value > 9 else str(value)


def mask_word(mask):
    return "all_bits" if mask == ALL_BITS else hexadecimal(mask)


def rows(found):
    names = {}
    for (abi, name, family), (value, mask) in sorted(found.items()):
        names.setdefault(name, {}).setdefault(abi, (value, []))[1].append((family, mask))
    lines = []
    for name, by_abi in sorted(names.items()):
        variants = {}
        for abi in ABIS:
            if abi in by_abi:
                value, members = by_abi[abi]
                variants.setdefault((value, tuple(members)), []).append(abi)
        for (value, members), abis in variants.items():
            places = ", ".join(f"WARD_IN({family}, {mask_word(mask)})" for family, mask in members)
            lines.append(f'WARD_CONSTANT("{name}", {hexadecimal(value)}, {abi_set(abis)}, {places})')
    return lines


def family_rows(notes):
    return [f'WARD_FAMILY({family.name}, {family.form}, "{family.words}")' for family in notes.families.values()]


def header_rows(notes, found, headers):
    """For a test: what the headers that a compiler sees say. Macros if defined; enumerators from the version on."""
    names = sorted({name for abi, name, _ in found if abi == "x86_64"})
    lines = ["#ifdef WARD_KERNEL_HEADERS"]
    lines += [f"#if __has_include(<{header}>)\n#include <{header}>\n#endif" for header in notes.headers]
    lines.append("#else")
    for name in names:
        if name in headers.macros:
            lines.append(f'#ifdef {name}\nWARD_SEEN("{name}", {name})\n#endif')
    enumerators = [name for name in names if name in headers.names - headers.macros - headers.raw]
    lines += ["#ifdef WARD_ENUMERATORS", *(f'WARD_SEEN("{name}", {name})' for name in enumerators), "#endif", "#endif"]
    return lines
