"""Every link between the pages of the documentation leads to a file, and to a heading if it names one."""
import pathlib
import re
import sys

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page):
    for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def faults_of(root, page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.S | re.M)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            yield f"{page.relative_to(root)}: `{link}` leads nowhere"
        elif anchor and anchor not in anchors(target):
            yield f"{page.relative_to(root)}: `{link}` names no heading"


def main(root):
    pages = sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))
    faults = [fault for page in pages for fault in faults_of(root, page)]
    reached = set()
    queue = [root / "README.md"]
    while queue:
        page = queue.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in LINK.findall(page.read_text()):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists():
                queue.append(target)
    faults += [f"{page.relative_to(root)}: no link leads here from README.md" for page in pages if page not in reached]
    print("\n".join(faults) if faults else f"{len(pages)} pages, and all links lead somewhere")
    return 1 if faults else 0


sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
