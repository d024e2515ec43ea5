"""Every word of the language has its place in the pages: a statement and a question a row, all others a mention."""
import pathlib
import re
import sys

LANGUAGE = "docs/reference/language.md"
QUESTIONS = "docs/how-to/ask-a-policy.md"


def words_of(table, source):
    """A row is a word, or `{section, word}`."""
    body = re.search(table + r"\[\] = \{(.*?)\};", source, re.S).group(1)
    return re.findall(r'"([^"]+)"', re.sub(r'\{"[^"]*", ', "", body))


def first_cells(text):
    """Of the tables; `capabilities` has one statement, and a sentence in place of a table."""
    return "\n".join(cell or sentence for cell, sentence in re.findall(r"^\| (`.*?) \||^(`keep .*)", text, re.M))


def missing(words, text, page):
    return [f"{page} says nothing about `{word}`" for word in words if not re.search(rf"[`| ,\[]{word}\b", text)]


def main(root):
    source = (root / "policy/keywords.hpp").read_text()
    language = (root / LANGUAGE).read_text()
    questions = (root / QUESTIONS).read_text()
    faults = missing(words_of("statement_words", source), first_cells(language), LANGUAGE)
    faults += missing(words_of("question_words", source), first_cells(questions), QUESTIONS)
    faults += missing(words_of("section_words", source) + words_of("expectation_words", source), language, LANGUAGE)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
