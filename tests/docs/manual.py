"""The manual pages, made from the tables and pages that are true already: ward(1) from the table of subcommands
and the page on exit statuses, ward-policy(5) from the reference of the language and from the grammar."""
import re
import subprocess

import grammar

STRING = r'"((?:[^"\\]|\\.)*)"'


def roff(markdown):
    result = subprocess.run(["go-md2man"], input=markdown, text=True, capture_output=True, check=True)
    return result.stdout.replace("\\fC", "\\fB")  # a font that only troff has


def header(name, section, title):
    return f'% {name} {section} "" "ward" "{title}"\n\n'


def plain_links(text):
    """Pages of the documentation are not beside a manual page."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def page(root, name):
    """A page without its title and without what only the tests read."""
    text = (root / name).read_text()
    text = re.sub(r"^# .*\n", "", text)
    return plain_links(re.sub(r"^ *<!-- .*? -->\n", "", text, flags=re.M))


# ---- ward(1)


def options(source):
    """The rows of each table of options: name, letter, value, help."""
    named = {name: row for name, row in re.findall(r"constexpr Option (\w+)(\{.*?\});", source, re.S)}
    for name, row in named.items():
        source = re.sub(rf"(?<=[\s{{]){name}(?=[,}}])", lambda _: row, source)
    tables = {}
    for table in re.finditer(r"constexpr Option (\w+)\[\] = \{(.*?)\n?\};", source, re.S):
        rows = re.findall(rf"\{{{STRING}, ([^,]+), {STRING}, (?:true|false),\s*((?:{STRING}\s*)+)\}}", table.group(2))
        tables[table.group(1)] = [(name, letter.strip("'"), value, "".join(re.findall(STRING, text)))
                                  for name, letter, value, text, _ in rows]
    return tables


def option_words(name, letter, value):
    short = f"**-{letter}**, " if letter != "0" else ""
    return f"{short}**--{name}**" + (f" *{value}*" if value else "")


def subcommands(root):
    source = (root / "sandbox/cli/subcommand.cpp").read_text()
    tables = options(source)
    body = source[source.index("constexpr Subcommand table[]"):]
    body = body[:body.index("\n};")]
    rows = re.findall(rf"\{{{STRING},\s*{STRING},\s*((?:{STRING}\s*)+),\s*(\w+),\s*(\w+),\s*(\w+)\}}", body)
    assert len(rows) == len(re.findall(r"^    \{", body, re.M)), "a subcommand was not understood"
    for name, usage, summary, _, _, table, _ in rows:
        yield name, usage, "".join(re.findall(STRING, summary)), tables[table]


def ward_1(root):
    text = header("ward", 1, "run a program in a jail")
    text += "# NAME\n\nward - run a program in a jail that a policy describes\n\n# SYNOPSIS\n\n"
    text += "**ward** *PROGRAM* *ARGS*...\n\n"
    described = "# SUBCOMMANDS\n\n"
    for name, usage, summary, table in subcommands(root):
        text += f"**ward {name}** {usage}\n\n".replace(" \n", "\n")
        described += f"## ward {name} {usage}".rstrip() + f"\n\n{summary[:1].upper()}{summary[1:]}.\n\n"
        for option, letter, value, words in table:
            described += f"{option_words(option, letter, value)}\n: {words[:1].upper()}{words[1:]}.\n\n"
    text += ("# DESCRIPTION\n\nNothing is reachable for the program unless its policy says so. **ward PROGRAM** takes the policy of the "
             "program's name; **ward run -p** *POLICY* names one. The language is in ward-policy(5).\n\n")
    text += described
    text += "# EXIT STATUS AND REPORT\n" + without_code(page(root, "docs/reference/exit-status.md")).replace("\n## ", "\n### ")
    text += ("\n# FILES\n\n*~/.config/ward/*, */etc/ward/*\n: Policies: *NAME.ward*. Those built into ward come last.\n\n"
             "# ENVIRONMENT\n\n**WARD_PATH**\n: Folders with policies, before all others.\n\n**NO_COLOR**\n: No colours, also on a terminal.\n\n"
             "# SEE ALSO\n\nward-policy(5), seccomp(2), user_namespaces(7), cgroups(7), capabilities(7)\n")
    return roff(text)


def without_code(text):
    """The examples of the page run in its test; the manual has the tables."""
    return re.sub(r"^ *```.*?^ *```\n", "", text, flags=re.S | re.M)


# ---- ward-policy(5)


def ward_policy_5(root):
    text = header("ward-policy", 5, "the policy language of ward")
    text += "# NAME\n\nward-policy - what a program may do, in the language of ward(1)\n\n# DESCRIPTION\n"
    text += re.sub(r"^## (.*)$", lambda match: f"# {match.group(1).upper()}", page(root, "docs/reference/language.md"), flags=re.M)
    text += "\n# GRAMMAR\n\nMade from the rules of the parser. Blanks and comments may stand between words; a statement ends at a line end, at `;` or before `}`.\n\n"
    text += "```\n" + grammar.as_ebnf("".join((root / "policy" / name).read_text() for name in ("grammar_words.hpp", "grammar.hpp"))) + "```\n"
    text += "\n# SEE ALSO\n\nward(1)\n"
    return roff(text)
