"""Usage: check_layers.py ROOT

Includes point down only: receivers, sinks -> runtime -> plan -> storage -> base, with the public
headers at the level of the plan. Public headers include only the standard library and each other,
and none of its heavy headers. A component (a folder of src/ that dstream_add_component names) stands
above: it includes its own headers, public ones and those of its libraries.
"""

import pathlib
import re
import sys

import sources

LEVEL = {"base": 0, "storage": 1, "plan": 2, "runtime": 3, "receivers": 4, "sinks": 4, "testing": 4}

# Public headers at the plan's level, and with them every one that includes one of these, however
# indirectly. All others describe values, bytes, time and errors: base and storage may see them.
PLAN_HEADERS = {"stream.h", "rdd.h", "streaming_context.h", "transformations.h",
                "detail/plan_context.h", "detail/plan_node.h"}

# Too heavy or too foreign for a public header. What a library's own header may hold is its matter.
FORBIDDEN_IN_PUBLIC = ("tbb/", "oneapi/", "absl/", "fmt/", "boost/")
FORBIDDEN_STD = {"iostream", "filesystem", "regex", "ranges", "fstream", "chrono"}

# The one header that picks the light part of <chrono>.
DURATIONS = "include/dstream/detail/durations.h"


def public_fault(file, kind, path):
    if kind == '"':
        return "public headers include <dstream/...> by its full name only"
    if file.as_posix() == DURATIONS:
        return None if path in ("chrono", "bits/chrono.h") else "only <chrono>, or its light part"
    if path.startswith(FORBIDDEN_IN_PUBLIC) or path in FORBIDDEN_STD:
        return "forbidden in a public header"
    if "/" in path and not path.startswith("dstream/"):
        return "a public header includes only the standard library and <dstream/...>"
    return None


def headers_of_the_plan(root):
    """The public headers (as "dstream/name.h") that lead to one of PLAN_HEADERS."""
    reaches = {"dstream/" + name for name in PLAN_HEADERS}
    graph = {
        file.relative_to("include").as_posix(): {
            path for _, _, path in sources.includes((pathlib.Path(root) / file).read_text())
        }
        for file in sources.source_files(root, "include")
    }
    before = 0
    while before != len(reaches):
        before = len(reaches)
        reaches |= {name for name, paths in graph.items() if paths & reaches}
    return reaches


def components(root):
    lists = pathlib.Path(root) / "CMakeLists.txt"
    text = lists.read_text() if lists.exists() else ""
    return set(re.findall(r"^ *dstream_add_component\((\w+)", text, re.MULTILINE))


def component_fault(layer, kind, path):
    if kind == '"' and not path.startswith(layer + "/"):
        return "a component includes only its own headers and public ones"
    if path.startswith("dstream/detail/"):
        return "a component uses public headers only"
    return None


def source_fault(layer, kind, path, plan_headers):
    if layer not in LEVEL:
        return f"unknown layer src/{layer}: add it to LEVEL in check_layers.py"
    if path.startswith("dstream/"):
        if path in plan_headers and LEVEL[layer] < LEVEL["plan"]:
            return f"upward: {layer} -> plan, through this public header"
        return None
    if kind == "<":
        if layer == "plan" and path.startswith(("tbb/", "oneapi/tbb")):
            return "the plan has no threads"
        return None
    target = path.split("/")[0]
    if "/" not in path or target not in LEVEL:
        return 'private headers are included as "layer/name.h", relative to src/'
    if target != layer and LEVEL[target] >= LEVEL[layer]:
        return f"upward: {layer} -> {target}"
    return None


def main(root):
    faults = []
    count = 0
    plan_headers = headers_of_the_plan(root)
    above = components(root)
    for file in sources.source_files(root, "include") + sources.source_files(root, "src"):
        count += 1
        for line, kind, path in sources.includes((pathlib.Path(root) / file).read_text()):
            if file.parts[0] == "include":
                fault = public_fault(file, kind, path)
            elif file.parts[1] in above:
                fault = component_fault(file.parts[1], kind, path)
            else:
                fault = source_fault(file.parts[1], kind, path, plan_headers)
            if fault:
                faults.append(f"{file}:{line}: {path}: {fault}")
    sources.fail_if_empty("layers", count)
    return sources.finish("layers", faults, f"{count} files")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
