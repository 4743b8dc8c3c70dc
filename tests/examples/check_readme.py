"""Usage: check_readme.py ROOT

The README shows examples/010_word_count.cc as it is; it or the guide names every example.
"""

import pathlib
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    readme = (root / "README.md").read_text()
    program = (root / "examples" / "010_word_count.cc").read_text()
    if f"```cpp\n{program}```\n" not in readme:
        sys.exit("README.md does not show examples/010_word_count.cc as it is")
    named = readme + "".join(p.read_text() for p in sorted((root / "docs").rglob("*.md")))
    for example in sorted((root / "examples").glob("[0-9]*.cc")):
        if example.stem not in named:
            sys.exit(f"neither README.md nor docs/ names {example.name}")


if __name__ == "__main__":
    main()
