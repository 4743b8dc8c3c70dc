"""Usage: check_example.py NAME --programs DIR

Runs the example NAME and checks its exit code and what it prints. The examples that end by
themselves print what expected/NAME.txt says, a regular expression per line; the word counts are
fed by text_generator or by a socket of this script's, and ended by a signal.
"""

import argparse
import contextlib
import pathlib
import re
import signal
import socket
import subprocess
import sys

_EXPECTED = pathlib.Path(__file__).parent / "expected"
_RULE = "-" * 43


def fail(message, output=""):
    sys.exit(f"{message}\n{output}")


def check_by_itself(programs, name):
    done = subprocess.run([programs / name], capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr:
        fail(f"exit code {done.returncode}", done.stdout + done.stderr)
    got = done.stdout.splitlines()
    wanted = (_EXPECTED / f"{name}.txt").read_text().splitlines()
    for i, (line, pattern) in enumerate(zip(got, wanted), 1):
        if not re.fullmatch(pattern, line):
            fail(f"line {i} is not {pattern!r}", done.stdout)
    if len(got) != len(wanted):
        fail(f"{len(got)} lines instead of {len(wanted)}", done.stdout)


@contextlib.contextmanager
def running(command):
    """The program while it runs; killed if it has not ended by then."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def end(process, number):
    """Sends the signal; what is still printed, after checking the exit code."""
    process.send_signal(number)
    rest = process.stdout.read()
    if process.wait() != 0:
        fail(f"{process.args[0]} ended with {process.returncode}", rest)
    return rest


def batches_of_print(lines):
    """What print() wrote: for each batch its lines between header and empty line."""
    lines = [line.rstrip("\n") for line in lines]
    for i in range(len(lines) - 2):
        if lines[i] == _RULE and lines[i + 2] == _RULE:
            if not re.fullmatch(r"Time: \d+ ms", lines[i + 1]):
                fail("no batch time in the header", "\n".join(lines))
            yield lines[i + 3 : lines.index("", i)]


def check_word_count(programs, name):
    """Known text through a socket: every word is counted once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        port = server.getsockname()[1]
        with running([programs / name, "127.0.0.1", str(port)]) as example:
            client, _ = server.accept()
            with client:
                client.sendall(b"to be or not to be\r\nthat is the question\nto be\n")
            lines = []
            for line in example.stdout:  # until a word has come; then the rest, gracefully
                lines.append(line)
                if line.startswith("("):
                    break
            lines += end(example, signal.SIGINT).splitlines()
    counts = {}
    for batch in batches_of_print(lines):
        for line in batch:
            word, count = re.fullmatch(r"\((\w+),(\d+)\)", line).groups()
            counts[word] = counts.get(word, 0) + int(count)
    wanted = {"to": 3, "be": 3, "or": 1, "not": 1, "that": 1, "is": 1, "the": 1, "question": 1}
    if counts != wanted:
        fail(f"counted {counts}", "".join(lines))


def check_live_line(line):
    match = re.fullmatch(r"\d\d:\d\d:\d\d +(\d+) +\d+\.\d\d ms  (.*)", line.rstrip("\n"))
    if not match:
        fail("not a batch's line", line)
    records, top = int(match[1]), re.findall(r"(\w+) (\d+)", match[2])
    counts = [int(count) for _, count in top]
    if counts != sorted(counts, reverse=True) or len(top) != (5 if records > 100 else len(top)):
        fail("not the five most frequent words", line)
    if records > 1000 and top[0][0] != "the":
        fail("the commonest word is not the generator's", line)
    return records


def check_summary(line, batches, records):
    match = re.fullmatch(r"(\d+) batches, (\d+) records in [\d.]+ s, \d+ records/s\n", line)
    if not match or int(match[1]) != batches or int(match[2]) != records:
        fail(f"the summary is not of {batches} batches and {records} records", line)


def check_live(programs, name):
    """Two clients of one generator: one ends by itself, the other by a signal."""
    with running([programs / "text_generator", "--rate", "5000"]) as generator:
        port = generator.stdout.readline().split()[-1]
        command = [programs / name, "--host", "127.0.0.1", "--port", port]
        with running(command) as by_signal, running(command + ["--seconds", "2.5"]) as by_itself:
            own = by_itself.stdout.readlines()
            if by_itself.wait() != 0:
                fail(f"exit code {by_itself.returncode}", "".join(own))
            signalled = end(by_signal, signal.SIGTERM).splitlines(keepends=True)
        for lines in (own, signalled):
            if lines[0].split() != ["time", "records", "processing", "top", "words"]:
                fail("no heading", lines[0])
            records = [check_live_line(line) for line in lines[1:-1]]
            if sum(records) < 1000:
                fail("too little was counted", "".join(lines))
            check_summary(lines[-1], len(records), sum(records))
        end(generator, signal.SIGTERM)


def check_listening(programs, name):
    """Two sensors connect, one of them sends a line that is no reading."""
    with running([programs / name]) as example:
        port = int(example.stdout.readline().removeprefix("listening on port "))
        for text in (b"kitchen 21.5\ncellar 12\n", b"kitchen 23\nhello\nkitchen 22\n"):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(text)
                client.shutdown(socket.SHUT_WR)
                client.recv(1)  # closed by the program: it has read all
        got = end(example, signal.SIGINT)
    if got != "cellar 12.0\nkitchen 23.0\n2 clients, 4 readings, 1 lines that are none\n":
        fail("not what was sent", got)


_CHECKS = {"010_word_count": check_word_count, "020_live_word_count": check_live,
           "130_listening_socket": check_listening}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    _CHECKS.get(arguments.name, check_by_itself)(arguments.programs, arguments.name)


if __name__ == "__main__":
    main()
