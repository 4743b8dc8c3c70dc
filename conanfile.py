import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir
from conan.tools.scm import Version
from pathlib import Path

required_conan_version = ">=2.4"


class DstreamConan(ConanFile):
    name = "dstream"
    description = "Embeddable micro-batch stream processing for C++20"
    license = "Apache-2.0"
    topics = ("streaming", "micro-batch", "analytics", "dataflow")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "with_ndjson": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_ndjson": False}
    implements = ["auto_shared_fpic"]
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"
    test_package_folder = "packaging/conan/test_package"

    # Oldest compilers whose standard library and language the headers are written for.
    _oldest = {"gcc": "12", "clang": "16"}

    def set_version(self):
        header = load(self, Path(self.recipe_folder) / "include" / "dstream" / "version.h")
        self.version = ".".join(re.findall(r"#define DSTREAM_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)",
                                           header))

    def requirements(self):
        # None of them is in a public header.
        self.requires("onetbb/[>=2021.8]")
        self.requires("abseil/[>=20220623]")
        self.requires("fmt/[>=9]")
        if self.options.with_ndjson:
            self.requires("simdjson/[>=3]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux" or self.settings.arch != "x86_64":
            raise ConanInvalidConfiguration("dstream is for Linux on x86_64")
        oldest = self._oldest.get(str(self.settings.compiler))
        if oldest and Version(self.settings.compiler.version) < oldest:
            raise ConanInvalidConfiguration(f"dstream needs {self.settings.compiler} {oldest}")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCHMARKS"):
            toolchain.cache_variables[f"DSTREAM_BUILD_{part}"] = False
        toolchain.cache_variables["DSTREAM_INSTALL"] = True
        toolchain.cache_variables["DSTREAM_WITH_NDJSON"] = bool(self.options.with_ndjson)
        toolchain.generate()
        dependencies = CMakeDeps(self)
        for name in ("onetbb", "fmt", "simdjson"):  # newer major versions do, as in their own files
            dependencies.set_property(name, "cmake_config_version_compat", "AnyNewerVersion")
        dependencies.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, Path(self.package_folder) / "licenses")
        CMake(self).install()
        rmdir(self, Path(self.package_folder) / "lib" / "cmake")  # Conan generates its own
        rmdir(self, Path(self.package_folder) / "lib" / "pkgconfig")

    def package_info(self):
        # The same targets as the installed CMake package has.
        self.cpp_info.set_property("cmake_file_name", "dstream")
        self.cpp_info.set_property("cmake_target_name", "dstream::all")
        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "dstream::core")
        core.set_property("cmake_target_aliases", ["dstream::dstream"])
        core.set_property("pkg_config_name", "dstream")
        core.libs = ["dstream"]
        core.system_libs = ["pthread"]
        core.requires = ["onetbb::libtbb", "abseil::absl_flat_hash_map", "fmt::_fmt"]
        testing = self.cpp_info.components["testing"]  # part of the core's library
        testing.set_property("cmake_target_name", "dstream::testing")
        testing.requires = ["core"]
        testing.libdirs = testing.includedirs = []
        if self.options.with_ndjson:
            ndjson = self.cpp_info.components["ndjson"]
            ndjson.set_property("cmake_target_name", "dstream::ndjson")
            ndjson.libs = ["dstream_ndjson"]
            ndjson.requires = ["core", "simdjson::simdjson"]
