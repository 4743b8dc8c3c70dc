"""Usage: check_warnings.py ROOT --compiler CXX --standard STD

Compiles all the examples with a strict user's warnings as errors, dstream's headers included as the
user's own. One translation unit holds them all, each in a namespace: reading the headers takes
longer than an example.
"""

import argparse
import pathlib
import re
import subprocess
import sys

_WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
             "-Wno-return-type"]  # main in a namespace is a function like any other
_INCLUDE = re.compile(r"^#include[ \t]*([<\"])([^>\"]+)[>\"]", re.MULTILINE)


def unit(examples):
    """All the includes, then all the programs, whose own includes find nothing more to do."""
    texts = [(path, path.read_text()) for path in examples]
    headers = dict.fromkeys(m.group(0) for _, text in texts for m in _INCLUDE.finditer(text))
    parts = [f'namespace {"example_" + path.stem} {{\n#line 1 "{path}"\n{text}\n}}\n'
             for path, text in texts]
    return "\n".join(headers) + "\n" + "".join(parts)


def tells_field_names(compiler):
    """Clang does so from version 18 on; NDJSON into structs needs it."""
    macros = subprocess.run([compiler, "-dM", "-E", "-x", "c++", "/dev/null"], capture_output=True,
                            text=True, check=True).stdout
    clang = re.search(r"__clang_major__ (\d+)", macros)
    return clang is None or int(clang[1]) >= 18


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--standard", required=True)
    arguments = parser.parse_args()
    examples = sorted((arguments.root / "examples").glob("*.cc"))
    if not tells_field_names(arguments.compiler):
        examples = [e for e in examples if "#include <dstream/ndjson/" not in e.read_text()]
    if not examples:
        sys.exit("no examples: wrong root?")
    command = [arguments.compiler, f"-std={arguments.standard}", "-x", "c++", "-fsyntax-only",
               *_WARNINGS, f"-I{arguments.root}/include", "-"]
    done = subprocess.run(command, input=unit(examples), text=True, check=False)
    print(f"{len(examples)} examples: exit code {done.returncode}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
