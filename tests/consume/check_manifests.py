"""Usage: check_manifests.py ROOT

What the package managers are told agrees with each other and with the build: version, licence,
dependencies, and for every optional component (dstream_add_component) a feature of the same name in
both vcpkg manifests and the port, and an option with_<name> in the Conan recipe.
"""

import json
import pathlib
import re
import sys

# vcpkg's and Conan's names of what the core's find_package calls look for.
_CORE = {"TBB": ("tbb", "onetbb"), "absl": ("abseil", "abseil"), "fmt": ("fmt", "fmt")}


def names(dependencies):
    """Without the build tools of vcpkg's own."""
    return {d if isinstance(d, str) else d["name"] for d in dependencies
            if isinstance(d, str) or not d.get("host")}


def main():
    root = pathlib.Path(sys.argv[1])
    lists = (root / "CMakeLists.txt").read_text()
    recipe = (root / "conanfile.py").read_text()
    port_folder = root / "packaging" / "vcpkg" / "ports" / "dstream"
    manifest = json.loads((root / "vcpkg.json").read_text())
    port = json.loads((port_folder / "vcpkg.json").read_text())
    portfile = (port_folder / "portfile.cmake").read_text()
    header = (root / "include" / "dstream" / "version.h").read_text()
    version = ".".join(re.findall(r"#define DSTREAM_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))
    components = re.findall(r"^ *dstream_add_component\((\w+)", lists, re.MULTILINE)

    faults = []

    def expect(condition, fault):
        if not condition:
            faults.append(fault)

    for field in ("name", "version-semver", "description", "license", "supports"):
        expect(manifest[field] == port[field], f"the two vcpkg.json differ in {field}")
    expect(manifest["version-semver"] == version, f"vcpkg.json is not of version {version}")
    for field in ("description", "license"):
        expect(f'{field} = "{manifest[field]}"' in recipe, f"conanfile.py differs in {field}")
    expect(manifest["description"] in lists, "CMakeLists.txt has another description")

    core = set(re.findall(r"find_package\((\w+)", lists)) - {"Threads"}
    expect(core == set(_CORE), f"CMakeLists.txt looks for {sorted(core)}")
    wanted = {vcpkg for vcpkg, _ in _CORE.values()}
    expect(names(manifest["dependencies"]) == wanted, f"vcpkg.json does not need {sorted(wanted)}")
    expect(names(port["dependencies"]) == wanted, f"the port does not need {sorted(wanted)}")
    for _, conan in _CORE.values():
        expect(f'self.requires("{conan}/' in recipe, f"conanfile.py does not require {conan}")

    features = {name: f for name, f in manifest["features"].items() if name != "tests"}
    expect(features == port["features"], "the two vcpkg.json have different features")
    for name in components:
        option = f"DSTREAM_WITH_{name.upper()}"
        expect(name in features, f"vcpkg.json has no feature {name}")
        expect(f"with_{name}" in recipe, f"conanfile.py has no option with_{name}")
        expect(f'cache_variables["{option}"]' in recipe, f"conanfile.py does not set {option}")
        expect(re.search(rf"\b{name} {option}\b", portfile), f"portfile.cmake does not set {option}")
    for name in features:
        expect(name in components, f"CMakeLists.txt has no component {name}, vcpkg.json has")

    print("\n".join(faults))
    print(f"manifests: {len(faults)} faults; components: {', '.join(components) or 'none'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
