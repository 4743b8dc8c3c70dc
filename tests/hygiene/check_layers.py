"""Usage: check_layers.py ROOT

Includes point down only: receivers, sinks -> runtime -> plan -> storage -> base, with the public
headers at the level of the plan. Public headers include only the standard library and each other,
and none of its heavy headers.
"""

import pathlib
import sys

import sources

LEVEL = {"base": 0, "storage": 1, "plan": 2, "runtime": 3, "receivers": 4, "sinks": 4}

# Public headers that lie below the plan. Every other one, detail/ included, is at its level.
PUBLIC_LEVEL = {
    "clock.h": 0,
    "error.h": 0,
    "export.h": 0,
    "file_system.h": 0,
    "hash.h": 0,
    "random.h": 0,
    "time.h": 0,
    "version.h": 0,
}
# What else storage may see: descriptions of element types and of bytes, not of streams.
STORAGE_MAY_SEE = {"block_layout.h", "chunk.h", "codec.h", "hash_of.h", "options.h", "owned.h",
                   "reflect.h", "retainable.h", "type_ops.h"}

# Too heavy or too foreign for a public header. What a library's own header may hold is its matter.
FORBIDDEN_IN_PUBLIC = ("tbb/", "oneapi/", "absl/", "fmt/", "boost/")
FORBIDDEN_STD = {"iostream", "filesystem", "regex", "ranges", "fstream"}


def public_fault(kind, path):
    if kind == '"':
        return "public headers include <dstream/...> by its full name only"
    if path.startswith(FORBIDDEN_IN_PUBLIC) or path in FORBIDDEN_STD:
        return "forbidden in a public header"
    if "/" in path and not path.startswith("dstream/"):
        return "a public header includes only the standard library and <dstream/...>"
    return None


def public_level(path):
    name = path.removeprefix("dstream/")
    if name in STORAGE_MAY_SEE or name.startswith("detail/"):
        return LEVEL["storage"]
    return PUBLIC_LEVEL.get(name, LEVEL["plan"])


def source_fault(layer, kind, path):
    if layer not in LEVEL:
        return f"unknown layer src/{layer}: add it to LEVEL in check_layers.py"
    if path.startswith("dstream/"):
        if public_level(path) > LEVEL[layer]:
            return f"upward: {layer} may not see this public header"
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
    for file in sources.source_files(root, "include") + sources.source_files(root, "src"):
        count += 1
        for line, kind, path in sources.includes((pathlib.Path(root) / file).read_text()):
            if file.parts[0] == "include":
                fault = public_fault(kind, path)
            else:
                fault = source_fault(file.parts[1], kind, path)
            if fault:
                faults.append(f"{file}:{line}: {path}: {fault}")
    sources.fail_if_empty("layers", count)
    return sources.finish("layers", faults, f"{count} files")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
