"""The architecture page draws the tree as it is: its folders are exactly the repository's."""
import pathlib
import re
import subprocess
import sys

PAGE = "docs/explanation/architecture.md"


def drawn(text):
    """The folders in the block after `<!-- tree -->`: lines `name/`, indented by two for each level."""
    block = re.search(r"<!-- tree -->\n```\n(.*?)```", text, re.S)
    folders, path = set(), []
    for line in (block.group(1) if block else "").splitlines():
        match = re.match(r"((?:  )*)([\w.-]+)/(\s|$)", line)
        if match:
            depth = len(match.group(1)) // 2
            path = path[:depth] + [match.group(2)]
            folders.add("/".join(path))
    return folders


def existing(root, depth):
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    folders = set()
    for file in files:
        if file and (root / file).exists():
            folders.update(str(parent) for parent in pathlib.Path(file).parents if str(parent) != ".")
    return {folder for folder in folders if folder.count("/") < depth}


def main(root):
    shown = drawn((root / PAGE).read_text())
    real = existing(root, 2)
    for folder in sorted(shown - real):
        print(f"{PAGE}: draws `{folder}/`, which does not exist")
    for folder in sorted(real - shown):
        print(f"{PAGE}: does not draw `{folder}/`")
    if shown == real:
        print(f"{len(real)} folders, drawn as they are")
    return 0 if shown == real and real else 1


sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
