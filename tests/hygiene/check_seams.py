"""Usage: check_seams.py ROOT

Nothing outside src/base/ reads a clock, sleeps, opens a file or draws a random number, and nothing
in the library writes to stdout: `Clock`, `FileSystem` and `Random` are the only ways out.
"""

import pathlib
import re
import sys

import sources

SEAMS = {
    "a clock": r"system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday"
               r"|timespec_get|\bstd::time\s*\(|__rdtscp?\b|_rdtsc\b|tick_count",
    "sleeping": r"\bsleep_(?:for|until)\b|\bthis_thread::sleep|\b(?:u|nano|clock_nano)?sleep\s*\("
                r"|\btimerfd_|\bwait_for\s*\(",
    "a random number": r"\brandom_device\b|\bmt19937|\bminstd_rand|\bdefault_random_engine\b"
                       r"|(?<![\w:.>])(?:std::)?s?rand\s*\(|\bdrand48\b|\bgetrandom\b|\bBitGen\b",
    "a file": r"\bfopen\b|\b[io]?fstream\b|(?<![\w>])::open(?:at)?\s*\(|\bmkstemp\b"
              r"|\bstd::filesystem\b|\bopendir\b",
    "stdout": r"\bstd::cout\b|(?<![\w])(?:std::)?printf\s*\(|(?<![\w.>])(?:std::)?puts\s*\("
              r"|\bputchar\b|\bstdout\b|\bSTDOUT_FILENO\b|\bfmt::print\b",
}
PATTERN = re.compile("|".join(f"(?P<s{i}>{p})" for i, p in enumerate(SEAMS.values())))


def main(root):
    faults = []
    count = 0
    for file in sources.source_files(root, "include") + sources.source_files(root, "src"):
        if file.parts[:2] == ("src", "base"):
            continue
        count += 1
        lines = sources.code_lines((pathlib.Path(root) / file).read_text())
        for number, line in enumerate(lines, 1):
            for match in PATTERN.finditer(line):
                seam = list(SEAMS)[int(match.lastgroup[1:])]
                faults.append(f"{file}:{number}: {match.group(0).strip()}: {seam} is reached "
                              "through src/base/ only")
    sources.fail_if_empty("seams", count)
    return sources.finish("seams", faults, f"{count} files")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
