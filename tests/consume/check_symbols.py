"""Usage: check_symbols.py LIBRARY LIST [--write]

The shared library exports names of namespace dstream alone, and those that LIST holds: a line per
function or variable without arguments and template arguments, and one per class whose type
information is visible ("class NAME"). Weak symbols (inline functions and instances of templates) are
held to the namespace but not listed: which of them a compiler emits is its own matter.

--write refreshes LIST instead (scripts/refresh-symbols).
"""

import argparse
import pathlib
import re
import subprocess
import sys

_OPERATOR = re.compile(r"operator(?:<=>|<<=?|>>=?|<=?|>=?|->\*?|\(\))")
_TABLE = re.compile(r"^(?:typeinfo(?: name)?|vtable|VTT) for (.*)$")
_THUNK = re.compile(r"^(?:non-virtual|virtual) thunk to |^guard variable for ")


def exported(library):
    """(kind letter of nm, demangled name) of each defined dynamic symbol."""
    command = ["nm", "--dynamic", "--defined-only", "--demangle", str(library)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in output.splitlines():
        yield re.match(r"[0-9a-f]* *(\S) (.*)$", line).groups()


def without_templates(name):
    """The name with what stands in balanced < > taken out."""
    operators = []

    def hide(match):
        operators.append(match.group(0))
        return f"operator@{len(operators) - 1}@"

    name = _OPERATOR.sub(hide, name)
    depth, kept = 0, []
    for character in name:
        depth += character == "<"
        if depth == 0:
            kept.append(character)
        depth -= character == ">"
    return re.sub(r"operator@(\d+)@", lambda m: operators[int(m[1])], "".join(kept))


def readable(name):
    """"class dstream::X" of type information, else the name without arguments and result."""
    table = _TABLE.match(name)
    if table:
        return "class " + without_templates(table.group(1)).replace("dstream::v1::", "dstream::")
    name = without_templates(_THUNK.sub("", name)).replace("[abi:cxx11]", "")
    name = re.sub(r"(?<!operator)\(.*$", "", name).replace("dstream::v1::", "dstream::")
    return re.split(r" (?=dstream::)", name)[-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=pathlib.Path)
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()

    symbols = list(exported(arguments.library))
    foreign = sorted({name for _, name in symbols
                      if not re.match(r"(class )?dstream::", readable(name))})
    for name in foreign:
        print(f"exported, but not of namespace dstream: {name}")
    names = {readable(name) for kind, name in symbols if kind not in "Wu"}
    text = "".join(f"{name}\n" for name in sorted(names))
    if arguments.write:
        arguments.list.write_text(text)
    kept = set(arguments.list.read_text().splitlines())
    for name in sorted(names - kept):
        print(f"exported, but not in {arguments.list.name}: {name}")
    for name in sorted(kept - names):
        print(f"in {arguments.list.name}, but not exported: {name}")
    if names != kept:
        print("If this is meant, run scripts/refresh-symbols and look at the difference.")
    print(f"symbols: {len(symbols)} exported, {len(names)} names, {len(foreign)} foreign")
    return 1 if foreign or names != kept or not names else 0


if __name__ == "__main__":
    sys.exit(main())
