"""Usage: conan.py ROOT WORK [COMPONENT ...]

Makes and tests the Conan package with the distribution's libraries and no remote: the recipes of
packaging/conan/system stand in for those of Conan's own index. Conan itself is installed from PyPI
into WORK; exit code 77 (skipped) where that is not possible.
"""

import os
import pathlib
import shutil
import subprocess
import sys

_CONAN = "conan>=2.4,<3"
_SKIPPED = 77


def install(folder):
    """The path of Conan's program, or None and the reason why there is none."""
    program = folder / "bin" / "conan"
    if not program.exists():
        for command in ([sys.executable, "-m", "venv", "--clear", folder],
                        [folder / "bin" / "pip", "install", "--quiet", _CONAN]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return None, (done.stderr or done.stdout).strip().splitlines()[-1]
    return program, None


def run(program, *arguments, fails_with=None):
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    command = " ".join(str(a) for a in ("conan", *arguments))
    failed = done.returncode != 0
    if failed != (fails_with is not None) or (fails_with or "") not in done.stdout:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}")
    print(f"{command}: as expected", flush=True)


def main():
    root, work = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    components = [f"--options=&:with_{name}=True" for name in sys.argv[3:]]
    program, reason = install(work / "venv")
    if program is None:
        print(f"skipped: Conan cannot be installed: {reason}")
        return _SKIPPED
    home = work / "home"
    shutil.rmtree(home, ignore_errors=True)
    os.environ["CONAN_HOME"] = str(home)

    run(program, "profile", "detect")
    for recipe in sorted((root / "packaging" / "conan" / "system").iterdir()):
        run(program, "export", recipe)
    # Conan builds the test package beside its source: so in a copy.
    test = shutil.copytree(root / "packaging" / "conan" / "test_package", home / "test_package")
    create = ("create", root, "--no-remote", "--build=missing", "--test-folder", test,
              "--conf", "tools.build:jobs=2")
    run(program, *create, "-s", "compiler.cppstd=17", fails_with="Current cppstd (17)")
    run(program, *create, "-s", "compiler.cppstd=20")
    # The other kind of library and of build; with the optional components.
    run(program, *create, "-s", "compiler.cppstd=23", "-s", "build_type=Debug",
        "-o", "&:shared=True", *components)
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
