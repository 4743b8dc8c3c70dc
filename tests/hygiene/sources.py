"""What the hygiene checks share: walking the sources, stripping comments, reporting."""

import pathlib
import re
import sys

_COMMENT_OR_LITERAL = re.compile(
    r'R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def source_files(root, folder):
    """The .h and .cc files below root/folder, sorted; paths relative to root."""
    base = pathlib.Path(root)
    found = (p for p in (base / folder).rglob("*") if p.suffix in (".h", ".cc") and p.is_file())
    return sorted(p.relative_to(base) for p in found)


def code_lines(text):
    """The lines of `text` with comments and literals blanked, line numbers kept."""

    def blank(match):
        return "\n" * match.group(0).count("\n") or " "

    return _COMMENT_OR_LITERAL.sub(blank, text).split("\n")


def includes(text):
    """(line number, '<' or '"', path) of each include."""
    for match in _INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def finish(name, faults, summary):
    """Prints the faults or the summary and returns the exit code."""
    for fault in faults:
        print(fault)
    print(f"{name}: {len(faults)} faults; {summary}")
    return 1 if faults else 0


def fail_if_empty(name, count):
    """A check that looked at nothing has not passed."""
    if count == 0:
        print(f"{name}: no file to look at; wrong root?")
        sys.exit(1)
