import subprocess

from conan import ConanFile
from conan.tools.gnu import PkgConfig


class SystemPackage(ConanFile):
    """The distribution's fmt, under the name and with the targets that Conan's own recipe has."""

    name = "fmt"
    settings = "os", "arch", "compiler", "build_type"
    package_type = "shared-library"

    def set_version(self):
        self.version = subprocess.check_output(["pkg-config", "--modversion", "fmt"],
                                               text=True).strip()

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.includedirs = self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "fmt")
        component = self.cpp_info.components["_fmt"]
        component.set_property("cmake_target_name", "fmt::fmt")
        PkgConfig(self, "fmt").fill_cpp_info(component, is_system=True)
