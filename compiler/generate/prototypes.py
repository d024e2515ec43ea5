"""The functions behind system calls: C declarations become typed arguments."""
import dataclasses
import fnmatch
import re

ABIS = ("x86_64", "i386", "x32", "aarch64")

# C type -> (width, signed). A `word` is a register of the ABI.
TYPES = {
    "int": ("bits32", True), "unsigned int": ("bits32", False), "unsigned": ("bits32", False),
    "__s32": ("bits32", True), "s32": ("bits32", True), "u32": ("bits32", False), "__u32": ("bits32", False),
    "uint32_t": ("bits32", False), "u64": ("bits64", False), "loff_t": ("bits64", True),
    "long": ("word", True), "unsigned long": ("word", False), "size_t": ("word", False), "off_t": ("word", True),
    "umode_t": ("bits16", False), "old_uid_t": ("bits16", False), "old_gid_t": ("bits16", False),
    "pid_t": ("bits32", True), "uid_t": ("bits32", False), "gid_t": ("bits32", False), "qid_t": ("bits32", False),
    "key_t": ("bits32", True), "key_serial_t": ("bits32", True), "mqd_t": ("bits32", True),
    "clockid_t": ("bits32", True), "timer_t": ("bits32", True), "rwf_t": ("bits32", True),
    "aio_context_t": ("word", False), "old_sigset_t": ("word", False), "enum landlock_rule_type": ("bits32", False),
    "cap_user_header_t": ("word", False), "cap_user_data_t": ("word", False), "__sighandler_t": ("word", False),
}
POINTER_TYPES = {"cap_user_header_t", "cap_user_data_t", "__sighandler_t"}
# From here on x32 has numbers of its own, most of them for compat functions.
FIRST_X32_NUMBER = 512
# Types that say what they are; all others need a line in arguments.txt.
TYPE_KINDS = {"pid_t": "pid", "uid_t": "uid", "gid_t": "gid", "old_uid_t": "uid", "old_gid_t": "gid", "size_t": "size",
              "loff_t": "offset", "off_t": "offset"}


@dataclasses.dataclass(frozen=True)
class Argument:
    name: str
    alias: str
    kind: str
    width: str
    signed: bool
    family: str
    position: int  # the first register


def uncommented(text):
    return [line for line in (line.split("#", 1)[0].strip() for line in text.splitlines()) if line]


def parse_declaration(text):
    """`const char *name, int` -> [("const char *", "name"), ("int", "")]"""
    result = []
    for part in text.split(",") if text.strip() not in ("", "void") else []:
        words = re.findall(r"\w+|\*", part)
        words = [word for word in words if word not in ("__user", "const", "struct", "union")]
        name = words.pop() if len(words) > 1 and words[-1] != "*" and " ".join(words) not in TYPES else ""
        result.append(("*" if "*" in words else " ".join(words), name))
    return result


def header_functions(packages):
    """Function -> declaration; absent if it is declared in two ways."""
    text = (packages.kernel / "include/linux/syscalls.h").read_text()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = {}
    for name, arguments in re.findall(r"asmlinkage\s[\w\s*]*?\bsys_(\w+)\s*\(([^;]*?)\)\s*;", text):
        found.setdefault(name, []).append(parse_declaration(arguments))
    return {name: declared[0] for name, declared in found.items() if len(declared) == 1}


class Notes:
    """prototypes.txt."""

    def __init__(self, text):
        self.functions, self.entries, self.gone, self.native, self.newer = {}, {}, set(), set(), []
        for line in uncommented(text):
            self._take(line)

    def _take(self, line):
        if match := re.fullmatch(r"entry ([\w, ]+): (.*)", line):
            for pair in match[2].split(","):
                call, function = pair.split()
                self.entries.update({(abi, call): function for abi in match[1].split(", ")})
        elif match := re.fullmatch(r"gone ([\w, ]+): (.*)", line):
            self.gone.update((abi, call.strip()) for abi in match[1].split(", ") for call in match[2].split(","))
        elif match := re.fullmatch(r"native x32: (.*)", line):
            self.native.update(match[1].split(", "))
        elif match := re.fullmatch(r"newer ([\d.]+) +([\w, ]+): (.*)", line):
            for pair in match[3].split(","):
                number, call = pair.split()
                self.newer += [(abi, int(number), call) for abi in match[2].split(", ")]
        elif match := re.fullmatch(r"(?:([\w, ]+): )?(\w+)\((.*)\)", line):
            for abi in match[1].split(", ") if match[1] else ABIS:
                self.functions[abi, match[2]] = parse_declaration(match[3])
        else:
            raise SystemExit(f"prototypes.txt: cannot read `{line}`")

    def faults(self, numbers):
        for abi, call in sorted(self.entries.keys() | self.gone):
            if (abi, call) not in numbers:
                yield f"prototypes.txt: {abi} has no call {call}"


class Rules:
    """arguments.txt: the last rule that matches a FUNCTION.ARGUMENT decides, each column on its own."""

    def __init__(self, text):
        self.rules = {"kind": [], "alias": [], "width": []}
        self.used = set()
        for line in uncommented(text):
            what, value, *patterns = line.replace(",", " ").split()
            for pattern in patterns:
                self.rules[what].append((pattern, value))

    def find(self, what, function, argument):
        result = None
        for pattern, value in self.rules[what]:
            where, _, name = pattern.partition(".")
            if fnmatch.fnmatchcase(function, where) and fnmatch.fnmatchcase(argument, name):
                self.used.add((what, pattern))
                result = value
        return result

    def unused(self):
        return [f"{what} {pattern}" for what in self.rules for pattern, _ in self.rules[what] if (what, pattern) not in self.used]


class Typing:
    """Turns declarations into arguments; collects what it cannot type."""

    def __init__(self, functions, notes, rules, families):
        self.functions, self.notes, self.rules, self.families, self.faults = functions, notes, rules, families, []

    def declaration(self, abi, function):
        declared = self.notes.functions.get((abi, function), self.functions.get(function))
        if declared is None:
            self.faults.append(f"{abi}: no prototype of {function}")
        return declared or []

    def kind(self, function, c_type, name):
        """-> (kind, family)"""
        if c_type == "*" or c_type in POINTER_TYPES:
            return "pointer", "none"
        word = self.rules.find("kind", function, name) or TYPE_KINDS.get(c_type)
        if word is None:
            self.faults.append(f"kind ? {function}.{name} ({c_type})")
            return "number", "none"
        kind, _, family = word.partition(":")
        if kind in self.families:
            kind, family = self.families[kind].form, kind
        return kind, family or "none"

    def arguments(self, abi, function, compat):
        """`compat`: words have 32 bits although the ABI's have 64."""
        result, position = [], 0
        for c_type, name in self.declaration(abi, function):
            if not name:
                self.faults.append(f"{function}: an argument without a name")
            width, signed = ("word", False) if c_type == "*" else TYPES[c_type]
            narrow = self.rules.find("width", function, name)
            width = narrow or ("bits32" if compat and width == "word" and c_type != "*" else width)
            kind, family = self.kind(function, c_type, name)
            alias = self.rules.find("alias", function, name) or ""
            result.append(Argument(name, "" if alias == name else alias, kind, width, signed, family, position))
            position += 2 if abi == "i386" and width == "bits64" else 1
        names = [name for argument in result for name in (argument.name, argument.alias) if name]
        if len(set(names)) < len(names):
            self.faults.append(f"{function}: two arguments of one name: {', '.join(names)}")
        return tuple(result)

    def call(self, abi, call, number):
        if (abi, call) in self.notes.gone:
            return ()
        compat = abi == "x32" and number >= FIRST_X32_NUMBER and call not in self.notes.native
        return self.arguments(abi, self.notes.entries.get((abi, call), call), compat)


def group_abis(typed):
    """{(abi, call): arguments} -> {call: [(abis, arguments), ...]}: ABIs that agree share a row."""
    result = {}
    for (abi, call), arguments in typed.items():
        variants = result.setdefault(call, [])
        for abis, known in variants:
            if known == arguments:
                abis.append(abi)
                break
        else:
            variants.append(([abi], arguments))
    return result


def abi_set(abis):
    return "every_abi" if len(abis) == len(ABIS) else f"AbiSet({', '.join(abis)})"


def argument_row(argument):
    sign = "is_signed" if argument.signed else "is_unsigned"
    return (f'WARD_ARGUMENT("{argument.name}", "{argument.alias}", {argument.kind}, {argument.width}, {sign}, '
            f"{argument.family}, {argument.position})")


def rows(typed):
    lines = []
    for call, variants in sorted(group_abis(typed).items()):
        for abis, arguments in variants:
            head = f'WARD_CALL("{call}", {abi_set(abis)}, {len(arguments)}'
            lines.append(head + "".join(",\n          " + argument_row(argument) for argument in arguments) + ")")
    return lines
