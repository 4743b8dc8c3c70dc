import subprocess

from conan import ConanFile
from conan.tools.gnu import PkgConfig


class SystemPackage(ConanFile):
    """The distribution's simdjson, under the name and with the targets that Conan's own recipe has."""

    name = "simdjson"
    settings = "os", "arch", "compiler", "build_type"
    package_type = "shared-library"

    def set_version(self):
        self.version = subprocess.check_output(["pkg-config", "--modversion", "simdjson"],
                                               text=True).strip()

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.includedirs = self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "simdjson")
        component = self.cpp_info.components["simdjson"]
        component.set_property("cmake_target_name", "simdjson::simdjson")
        PkgConfig(self, "simdjson").fill_cpp_info(component, is_system=True)
