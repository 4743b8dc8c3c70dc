"""Usage: self_test.py CHECK --compiler CXX

Runs a hygiene check on small trees with one planted fault each: the check has to name the fault,
and has to pass the same tree without it.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent

GOOD = {
    "layers": {
        "include/dstream/stream.h": "#include <vector>\n#include <dstream/time.h>\n",
        "include/dstream/time.h": "#include <dstream/detail/durations.h>\n",
        "include/dstream/detail/durations.h": "#include <bits/chrono.h>\n#include <chrono>\n",
        "include/dstream/windows.h": "#include <dstream/stream.h>\n",
        "src/base/clock.cc": "#include <dstream/time.h>\n#include <time.h>\n",
        "src/storage/block.cc": '#include "base/crc.h"\n#include "storage/block.h"\n',
        "src/runtime/runner.cc": '#include <tbb/flow_graph.h>\n#include "plan/graph.h"\n',
        "CMakeLists.txt": "dstream_add_component(json LINKS json::json)\n",
        "src/json/a.cc": '#include <json.h>\n#include <dstream/time.h>\n#include "json/b.h"\n',
    },
    "seams": {
        "include/dstream/clock.h": "/// steady_clock is reached here\nvoid wait_until(int);\n",
        "src/base/clock.cc": "auto t = std::chrono::steady_clock::now();\n",
        "src/runtime/a.cc": 'auto s = "fopen"; graph.wait_for_all(); file.open(1); operand(2);\n'
                            "snprintf(b, 3, x); fs->open(path); int n = 1'000;\n",
    },
    "umbrella": {
        "include/dstream/dstream.h": "#include <dstream/time.h>\n",
        "include/dstream/export.h": "",
        "include/dstream/time.h": "",
        "include/dstream/detail/inner.h": "",
    },
    "spark_table": {
        "include/dstream/stream.h": "class Stream { void flat_map(); };\n",
        "docs/from-spark.md": "| Spark | dstream | Difference |\n|---|---|---|\n"
                              "| `flatMap(f)` | `Stream`: `flat_map` | `other` |\n"
                              "| `window` | not yet | |\n",
    },
    "snippets": {
        "include/dstream/dstream.h": "#include <chrono>\nstruct Thing { int n = 0; };\n",
        "README.md": "```cpp\n#include <vector>\nint main() { std::vector<int> v; }\n```\n"
                     "```cpp\nThing thing;\nthing.n = 1;\n```\n"
                     "<!-- given:\nThing hidden;\n-->\n```cpp\nhidden.n = 2;\n```\n"
                     "```cpp\n// not compiled: pseudo code\nfoo bar\n```\n"
                     "```sh\nls\n```\n",
        "docs/page.md": "<!-- given on this page:\nstruct Given { int n = 0; };\n-->\n"
                        "```cpp\nGiven given;\n```\n"
                        "```cpp declarations\ntemplate <class T> void f(T, Given) {}\n```\n",
    },
}

# check -> [(file, text added to it, text that the report must contain)]
PLANTED = {
    "layers": [
        ("include/dstream/stream.h", "#include <tbb/flow_graph.h>\n", "stream.h:3"),
        ("include/dstream/stream.h", "#include <absl/hash/hash.h>\n", "forbidden"),
        ("include/dstream/stream.h", "#include <iostream>\n", "forbidden"),
        ("include/dstream/time.h", "#include <chrono>\n", "forbidden"),
        ("include/dstream/detail/durations.h", "#include <bits/stl_tree.h>\n", "light part"),
        ("include/dstream/stream.h", '#include "runtime/runner.h"\n', "full name"),
        ("include/dstream/detail/x.h", "#  include <fmt/format.h>\n", "detail/x.h:1"),
        ("src/base/clock.cc", '#include "storage/block.h"\n', "base -> storage"),
        ("src/base/clock.cc", "#include <dstream/stream.h>\n", "upward"),
        ("src/base/clock.cc", "#include <dstream/windows.h>\n", "upward"),
        ("src/storage/block.cc", '#include "runtime/x.h"\n', "storage -> runtime"),
        ("src/plan/a.cc", '#include "runtime/x.h"\n', "plan -> runtime"),
        ("src/plan/a.cc", "#include <tbb/task_arena.h>\n", "no threads"),
        ("src/runtime/runner.cc", '#include "sinks/x.h"\n', "runtime -> sinks"),
        ("src/sinks/a.cc", '#include "receivers/x.h"\n', "sinks -> receivers"),
        ("src/runtime/runner.cc", '#include "sibling.h"\n', "relative to src/"),
        ("src/attic/a.cc", "#include <vector>\n", "unknown layer"),
        ("src/json/a.cc", '#include "runtime/x.h"\n', "its own headers"),
        ("src/json/a.cc", "#include <dstream/detail/x.h>\n", "src/json/a.cc:4"),
        ("src/base/clock.cc", '#include "json/b.h"\n', "relative to src/"),
    ],
    "seams": [
        ("src/runtime/a.cc", text + "\n", "src/runtime/a.cc:3")
        for text in (
            "std::chrono::system_clock::now();", "std::chrono::steady_clock::now();",
            "clock_gettime(0, &t);", "std::this_thread::sleep_for(d);", "usleep(1);",
            "cv.wait_for(lock, d);", "std::random_device seed;", "std::mt19937 g;", "rand();",
            "std::rand();", "fopen(name, mode);", "std::ofstream out;", "std::ifstream in;",
            "int fd = ::open(name, 0);", "std::cout << 1;", "printf(format);", "std::puts(text);",
            "std::fwrite(a, 1, 2, stdout);",
        )
    ] + [("include/dstream/clock.h", "inline int n() { return rand(); }\n", "clock.h:3")],
    "umbrella": [
        ("include/dstream/forgotten.h", "", "<dstream/forgotten.h>"),
    ],
    "spark_table": [
        ("docs/from-spark.md", "| `glom` | `flat_map`, `glom` | |\n", "from-spark.md:5"),
        ("docs/from-spark.md", "| `x` | `Strea` | |\n", "Strea"),
    ],
    "snippets": [
        ("README.md", "```cpp\nThing thing;\nthing.missing = 1;\n```\n", "README.md:23"),
        ("README.md", "```cpp\nint main() { return missing; }\n```\n", "missing"),
        ("README.md", "```cpp\nGiven given;\n```\n", "README.md:23"),
        ("docs/deep/page.md", "```cpp\nmissing();\n```\n", "docs/deep/page.md:2"),
        ("docs/page.md", "```cpp declarations\nMissing given;\n```\n", "docs/page.md:11"),
    ],
}


def run(check, compiler, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(HERE / f"check_{check}.py"), folder]
        if check == "snippets":
            command += ["--compiler", compiler, "--include", f"{folder}/include"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("check", choices=GOOD)
    parser.add_argument("--compiler", default="c++")
    arguments = parser.parse_args()

    wrong = []
    code, report = run(arguments.check, arguments.compiler, GOOD[arguments.check])
    if code != 0:
        wrong.append(f"the good tree does not pass:\n{report}")
    for file, text, expected in PLANTED[arguments.check]:
        files = dict(GOOD[arguments.check])
        files[file] = files.get(file, "") + text
        code, report = run(arguments.check, arguments.compiler, files)
        if code != 1 or expected not in report:
            wrong.append(f"not found: {text.strip()!r} in {file}; exit {code}, report:\n{report}")
    code, report = run(arguments.check, arguments.compiler, {})
    if code == 0:
        wrong.append("an empty tree passes")
    print("\n".join(wrong))
    print(f"{arguments.check}: {len(PLANTED[arguments.check])} planted faults, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
