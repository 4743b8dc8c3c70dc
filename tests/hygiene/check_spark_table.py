"""Usage: check_spark_table.py ROOT

Every name that docs/from-spark.md gives for dstream stands in a public header: the snake_case words
and the CamelCase words in backticks in the second column of its tables.
"""

import pathlib
import re
import sys

import sources

_CODE = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def names_of(text):
    """(line number, name) of every word in code in a second column."""
    for number, line in enumerate(text.split("\n"), 1):
        cells = line.strip("|").split("|")
        if line.startswith("|") and len(cells) > 2 and not set(line) <= set("|- "):
            for code in _CODE.findall(cells[1]):
                for word in _WORD.findall(code):
                    yield number, word


def main(root):
    page = pathlib.Path(root) / "docs" / "from-spark.md"
    headers = [pathlib.Path(root) / file for file in sources.source_files(root, "include")]
    known = {word for header in headers for word in _WORD.findall(header.read_text())}
    names = list(names_of(page.read_text())) if page.exists() else []
    sources.fail_if_empty("spark_table", len(names))
    faults = [f"{page.name}:{number}: no public header knows {name}"
              for number, name in names if name not in known and name != "options"]
    return sources.finish("spark_table", faults, f"{len(names)} names")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
