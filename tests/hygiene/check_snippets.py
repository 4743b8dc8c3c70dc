"""Usage: check_snippets.py ROOT --compiler CXX --include DIR

Compiles (-fsyntax-only) every ```cpp block of README.md, CONTRIBUTING.md and docs/**/*.md.

A block with `int main` is a program. Any other is wrapped: its #include lines and the umbrella stay
on top, the rest becomes the body of a function. What such a fragment takes for granted stands in an
HTML comment right before it, invisible to readers:

    <!-- given:
    dstream::StreamingContext ssc({.batch_interval = 1s});
    -->

A block whose first line is `// not compiled: REASON` is skipped and counted.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import sources

_BLOCK = re.compile(
    r"(?:^<!-- given:\n(?P<given>.*?)^-->\n+)?^```cpp[^\n]*\n(?P<code>.*?)^```[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_SKIP = re.compile(r"\s*// not compiled: \S")


def blocks(text):
    """(line of the code's first line, given, code) of each block."""
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        yield line, match.group("given") or "", match.group("code")


def program(origin, line, given, code):
    """A translation unit whose errors name the line in the document."""
    if re.search(r"\bint main\s*\(", code):
        return f'#line {line} "{origin}"\n{code}'
    includes = "".join(l + "\n" for l in (given + code).split("\n") if l.startswith("#include"))
    body = re.sub(r"^#include[^\n]*", "", code, flags=re.MULTILINE)
    given = re.sub(r"^#include[^\n]*", "", given, flags=re.MULTILINE)
    return (f"#include <dstream/dstream.h>\n{includes}"
            "[[maybe_unused]] static void snippet() {\n"
            "using namespace std::chrono_literals;\n"
            f'{given}\n#line {line} "{origin}"\n{body}\n}}\n')


def compile_one(arguments, text):
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
        file.write(text)
        file.flush()
        command = [arguments.compiler, "-std=c++20", "-fsyntax-only", f"-I{arguments.include}",
                   file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", required=True)
    arguments = parser.parse_args()

    documents = [arguments.root / "README.md", arguments.root / "CONTRIBUTING.md"]
    documents += sorted((arguments.root / "docs").rglob("*.md"))
    documents = [d for d in documents if d.exists()]
    sources.fail_if_empty("snippets", len(documents))
    jobs, skipped = [], 0
    for document in documents:
        origin = document.relative_to(arguments.root)
        for line, given, code in blocks(document.read_text()):
            if _SKIP.match(code):
                skipped += 1
            else:
                jobs.append((f"{origin}:{line}", program(origin, line, given, code)))

    faults = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda job: compile_one(arguments, job[1]), jobs)
        for (name, _), (code, errors) in zip(jobs, results):
            if code != 0:
                faults.append(f"{name}: does not compile\n{errors}")
    return sources.finish("snippets", faults,
                          f"{len(jobs)} blocks compiled, {skipped} skipped, "
                          f"{len(documents)} documents")


if __name__ == "__main__":
    sys.exit(main())
