"""The rules of policy/grammar.hpp as EBNF for people: what only serves error messages and actions is left out."""
import re

# Rules that are words of the language, as people read them.
TERMINALS = {
    "word": "WORD", "quoted_word": "STRING", "bare_word": "WORD", "name": "NAME", "dotted_name": "NAME",
    "argument": "WORD", "call_name": "NAME", "parameter": "NAME", "question_call": "NAME", "subject": "NAME",
    "flag": '"$" NAME', "group_name": '"@" NAME', "value": "VALUE", "mask_value": "VALUE", "argument_value": "VALUE",
}
# Nothing of the text, or only blanks.
SILENT = {
    "blanks", "gap", "begin", "statement_end", "statement_ended", "separators", "no_optional", "p::success", "p::eof",
    "never_closed", "other", "file_end", "stray_brace", "p::blank", "p::eol", "next_argument", "condition_begin", "not_mixed",
    "values_open", "all_ports", "argument_ended", "call_ended", "plain_call",
}


def tokens(text):
    return re.findall(r"TAO_PEGTL_STRING\(\"([^\"]*)\"\)|('(?:\\.|[^'])')|([\w:]+)|([<>,{}])", text)


class Reader:
    """`p::seq<a, p::opt<b>>` as ("p::seq", [("a", []), ("p::opt", [("b", [])])])."""

    def __init__(self, text):
        self.tokens = [(string and ("text", string)) or (char and ("char", char[1:-1])) or (name and ("name", name)) or ("sign", sign)
                       for string, char, name, sign in tokens(text)]
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def rule(self):
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind in ("text", "char"):
            return ("literal", value.replace("\\\\", "\\"))
        arguments = []
        if self.peek() == ("sign", "<"):
            while self.peek() != ("sign", ">"):
                self.at += 1  # `<` or `,`
                arguments.append(self.rule())
            self.at += 1
        return (value, arguments)


def definitions(source):
    """name -> (parameters of the template, rule)."""
    source = re.sub(r"//[^\n]*", "", source)
    found = {}
    pattern = r"(?:template <([^>]*)>\s*)?(?:struct (\w+)\s*:\s*(.*?)\s*\{\};|using (\w+)\s*=\s*(.*?);)"
    for parameters, name, rule, alias, aliased in re.findall(pattern, source, re.S):
        words = [word.split()[-1] for word in parameters.split(",")] if parameters else []
        found[name or alias] = (words, Reader(rule or aliased).rule())
    return found


class Ebnf:
    def __init__(self, source):
        self.rules = definitions(source)
        self.needed = []
        self.open = []  # names whose rules are being written

    def expand(self, rule, bound):
        """The text of a rule and whether it has to stand in parentheses inside of a sequence."""
        name, arguments = rule
        if name == "literal":
            return f'"{arguments}"', False
        if name in bound:
            return self.expand(bound[name], {})
        if name in TERMINALS:
            return TERMINALS[name], False
        if name in SILENT or name in ("p::at", "p::not_at"):
            return "", False
        if name in ("p::one",):
            return self.choice(arguments, bound)
        if name == "p::sor":
            return self.choice(arguments, bound)
        if name in ("p::seq", "p::must", "p::if_must"):
            return self.sequence(arguments, bound), False
        if name == "p::opt":
            return f"[ {self.sequence(arguments, bound)} ]", False
        if name == "p::star":
            inner = self.sequence(arguments, bound)
            return (f"{{ {inner} }}" if inner else ""), False
        if name == "p::plus":
            inner = self.sequence(arguments, bound)
            return (f"{inner} {{ {inner} }}" if inner else ""), False
        return self.named(name, arguments, bound)

    def sequence(self, arguments, bound):
        parts = [self.expand(each, bound) for each in arguments]
        return " ".join(f"( {text} )" if loose else text for text, loose in parts if text)

    def choice(self, arguments, bound):
        texts = [text for text, _ in (self.expand(each, bound) for each in arguments) if text]
        return " | ".join(dict.fromkeys(texts)), len(set(texts)) > 1

    def named(self, name, arguments, bound):
        parameters, rule = self.rules[name]
        if name in ("keyword", "recovering"):
            return self.expand(arguments[-1], bound)
        if parameters:
            values = [bound.get(each[0], each) for each in arguments]
            return self.expand(rule, dict(zip(parameters, values)))
        text, loose = self.expand_quietly(name, rule)
        if self.is_short(text, loose):
            return self.expand(rule, {})  # again: now what it names is needed
        if name not in self.needed:
            self.needed.append(name)
        return name.replace("_", "-"), False

    def expand_quietly(self, name, rule):
        """What a rule would be in place of its name, without asking for the rules that it names."""
        if name in self.open:
            return "recursive " * 9, True
        before = list(self.needed)
        self.open.append(name)
        result = self.expand(rule, {})
        self.open.pop()
        self.needed = before
        return result

    @staticmethod
    def is_short(text, loose):
        return len(text) < 24 and not (loose and len(text) > 14)

    def text(self, first):
        self.needed = [first]
        lines = []
        while len(lines) < len(self.needed):
            name = self.needed[len(lines)]
            rule = self.rules[name][1]
            self.open = [name]
            body = self.expand(rule, {})[0]
            lines.append(f"{name.replace('_', '-'):<22} = {body} ;")
        return "\n".join(wrapped(line) for line in lines) + "\n"


def wrapped(line, width=78, indent=25):
    rows, row = [], ""
    for word in re.findall(r'"[^"]*"(?: ;)?|\S+(?: ;)?', line):
        if row and len(row) + 1 + len(word) > width:
            rows.append(row)
            row = " " * indent + word
        else:
            row = f"{row} {word}" if row.strip() else row + word
    padded = line[:line.index("=")]
    rows.append(row)
    rows[0] = padded + rows[0][rows[0].index("="):]
    return "\n".join(rows)


def as_ebnf(source):
    return Ebnf(source).text("file")


if __name__ == "__main__":
    import sys
    print(as_ebnf(open(sys.argv[1]).read()))
