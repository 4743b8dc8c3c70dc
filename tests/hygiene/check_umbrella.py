"""Usage: check_umbrella.py ROOT

The umbrella dstream.h includes every flat public header.
"""

import pathlib
import sys

import sources

# Left out of the umbrella on purpose.
EXCEPTIONS = {
    "dstream.h",  # the umbrella itself
    "export.h",  # a macro that users do not need
    # For authors of connectors, sinks and stores; they would cost every user compile time.
    "batch_log.h",
    "byte_reader.h",
    "codec.h",
    "file_system.h",
    "object_files.h",
    "random.h",
    "state_address.h",
    "type_ops.h",
}


def main(root):
    folder = pathlib.Path(root) / "include" / "dstream"
    flat = {p.name for p in folder.glob("*.h")}
    sources.fail_if_empty("umbrella", len(flat))
    umbrella = folder / "dstream.h"
    if not umbrella.exists():
        print(f"{umbrella}: missing")
        return 1
    included = {p.removeprefix("dstream/") for _, _, p in sources.includes(umbrella.read_text())}
    faults = [f"include/dstream/dstream.h does not include <dstream/{name}>"
              for name in sorted(flat - included - EXCEPTIONS)]
    return sources.finish("umbrella", faults, f"{len(flat)} headers")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
