"""Usage: check_snippets.py ROOT --compiler CXX --include DIR [--only TEXT]

Compiles (-fsyntax-only) every ```cpp block of README.md, CONTRIBUTING.md and docs/**/*.md; with
--only, of the documents whose path contains TEXT.

A block with `int main` is a program and is compiled as it is. Any other is a fragment: its #include
lines and the umbrella stay on top, the rest becomes the body of a function. A fragment that has to
stand outside functions (templates, overloads, specializations) begins with ```cpp declarations.
What fragments take for granted stands in HTML comments, invisible to readers; the first form goes
right before one block, the second, once, anywhere on a page, and holds declarations:

    <!-- given:
    dstream::StreamingContext ssc({.batch_interval = 1s});
    -->

    <!-- given on this page:
    struct Bid { int auction; long price; };
    -->

A block whose first line is `// not compiled: REASON` is skipped and counted.

Fragments of several pages share a translation unit, because reading the headers takes longer than
a fragment; if one unit fails, its fragments are compiled one by one to find the guilty.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import sources

_BLOCK = re.compile(
    r"(?:^<!-- given:\n(?P<given>.*?)^-->\n+)?^```cpp(?P<info>[^\n]*)\n(?P<code>.*?)^```[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_PAGE = re.compile(r"^<!-- given on this page:\n(.*?)^-->$", re.DOTALL | re.MULTILINE)
_SKIP = re.compile(r"\s*// not compiled: \S")
_INCLUDE = re.compile(r"^#include[^\n]*", re.MULTILINE)
_UMBRELLA = "#include <dstream/dstream.h>"
_FRAGMENTS_PER_UNIT = 12


@dataclasses.dataclass
class Block:
    origin: str
    line: int
    page: str  # declarations given for the whole page
    given: str
    code: str
    declarations: bool

    @property
    def name(self):
        return f"{self.origin}:{self.line}"

    @property
    def is_program(self):
        return re.search(r"\bint main\s*\(", self.code) is not None

    def includes(self):
        return _INCLUDE.findall(self.page + self.given + self.code)

    def body(self, number):
        """The fragment in a namespace of its own; errors name the line in the document."""
        page, given, code = (_INCLUDE.sub("", text) for text in (self.page, self.given, self.code))
        code = f'#line {self.line} "{self.origin}"\n{code}\n'
        chrono = "using namespace std::chrono_literals;\n"
        if not self.declarations:
            code = f"[[maybe_unused]] static void snippet() {{\n{given}\n{code}}}\n"
            given = ""
        return f"namespace snippet_{number} {{\n{chrono}{page}\n{given}\n{code}}}\n"


def blocks(origin, text):
    page = "".join(_PAGE.findall(text))
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        yield Block(origin, line, page, match.group("given") or "", match.group("code"),
                    match.group("info").split() == ["declarations"])


def program(block):
    return f'#line {block.line} "{block.origin}"\n{block.code}'


def unit(fragments):
    includes = dict.fromkeys([_UMBRELLA] + [i for block in fragments for i in block.includes()])
    return "\n".join(includes) + "\n" + "".join(b.body(i) for i, b in enumerate(fragments))


def compile_text(arguments, text):
    """The compiler's errors; None if there are none."""
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
        file.write(text)
        file.flush()
        command = [arguments.compiler, "-std=c++20", "-fsyntax-only", f"-I{arguments.include}",
                   file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else None


def documents_of(arguments):
    found = [arguments.root / "README.md", arguments.root / "CONTRIBUTING.md"]
    found += sorted((arguments.root / "docs").rglob("*.md"))
    return [d for d in found if d.exists() and arguments.only in str(d)]


def check(arguments, programs, fragments):
    """Descriptions of the blocks that do not compile."""
    count = max(1, round(len(fragments) / _FRAGMENTS_PER_UNIT))
    units = [fragments[i::count] for i in range(count)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        alone = [(b, pool.submit(compile_text, arguments, program(b))) for b in programs]
        together = [(u, pool.submit(compile_text, arguments, unit(u))) for u in units]
        suspects = [b for u, future in together if future.result() for b in u]
        alone += [(b, pool.submit(compile_text, arguments, unit([b]))) for b in suspects]
        results = [(b, future.result()) for b, future in alone]
    faults = [f"{b.name}: does not compile\n{errors}" for b, errors in results if errors]
    if suspects and not faults:
        faults = [f"{b.name}: compiles alone, but not in one file with others" for b in suspects]
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()

    documents = documents_of(arguments)
    sources.fail_if_empty("snippets", len(documents))
    programs, fragments, skipped = [], [], 0
    for document in documents:
        for block in blocks(str(document.relative_to(arguments.root)), document.read_text()):
            if _SKIP.match(block.code):
                skipped += 1
            else:
                (programs if block.is_program else fragments).append(block)

    faults = check(arguments, programs, fragments)
    return sources.finish("snippets", faults,
                          f"{len(programs)} programs and {len(fragments)} fragments compiled, "
                          f"{skipped} skipped, {len(documents)} documents")


if __name__ == "__main__":
    sys.exit(main())
