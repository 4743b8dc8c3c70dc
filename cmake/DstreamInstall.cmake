# Headers, libraries, CMake package and pkg-config file.
include(CMakePackageConfigHelpers)

set(dstream_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dstream)
get_property(dstream_components GLOBAL PROPERTY DSTREAM_COMPONENTS)
get_property(dstream_components_built GLOBAL PROPERTY DSTREAM_COMPONENTS_BUILT)
get_property(dstream_pkg_config GLOBAL PROPERTY DSTREAM_PKG_CONFIG)
# For the tests of what is installed.
set(DSTREAM_COMPONENTS_KNOWN "${dstream_components}" CACHE INTERNAL "Optional components")
set(DSTREAM_COMPONENTS_MADE "${dstream_components_built}" CACHE INTERNAL "Those that are built")
get_target_property(dstream_type dstream TYPE)
if(dstream_type STREQUAL "STATIC_LIBRARY")
  set(DSTREAM_IS_STATIC TRUE)
  set(DSTREAM_PC_REQUIRES_FIELD "Requires")
else()
  set(DSTREAM_IS_STATIC FALSE)
  set(DSTREAM_PC_REQUIRES_FIELD "Requires.private")
endif()

install(TARGETS dstream dstream_core dstream_testing EXPORT dstreamTargets FILE_SET HEADERS)
install(EXPORT dstreamTargets NAMESPACE dstream:: DESTINATION ${dstream_cmake_dir})

# A file of its own for each component, so that its dependencies are found only for who asks for it.
set(DSTREAM_REQUIREMENTS)
set(DSTREAM_PC_LIBS)
foreach(name IN LISTS dstream_components_built)
  install(TARGETS dstream_${name} EXPORT dstream_${name}Targets FILE_SET HEADERS)
  install(EXPORT dstream_${name}Targets NAMESPACE dstream:: DESTINATION ${dstream_cmake_dir})
  get_property(requires GLOBAL PROPERTY DSTREAM_REQUIRES_${name})
  string(APPEND DSTREAM_REQUIREMENTS "set(_dstream_requires_${name} \"${requires}\")\n")
  string(APPEND DSTREAM_PC_LIBS "-ldstream_${name} ")
endforeach()
list(JOIN dstream_pkg_config " " DSTREAM_PC_COMPONENTS)

configure_package_config_file(cmake/dstreamConfig.cmake.in dstreamConfig.cmake
  INSTALL_DESTINATION ${dstream_cmake_dir})
# Before 1.0 a minor release may break; after it only a major one (then: SameMajorVersion).
write_basic_package_version_file(dstreamConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dstreamConfig.cmake
  ${PROJECT_BINARY_DIR}/dstreamConfigVersion.cmake DESTINATION ${dstream_cmake_dir})

# The prefix is found from the .pc file's own place, so the installed tree can be moved.
cmake_path(SET dstream_pc_dir "/${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(RELATIVE_PATH dstream_pc_dir BASE_DIRECTORY "/" OUTPUT_VARIABLE dstream_pc_dir)
file(RELATIVE_PATH DSTREAM_PC_TO_PREFIX "/${dstream_pc_dir}" "/")
string(REGEX REPLACE "/$" "" DSTREAM_PC_TO_PREFIX "${DSTREAM_PC_TO_PREFIX}")
configure_file(cmake/dstream.pc.in dstream.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/dstream.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
