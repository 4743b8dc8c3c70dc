# cmake -D ROOT=… -D INSTALLED=… -D WORK=… -P vcpkg_port.cmake
#
# Runs the port's portfile.cmake with functions of vcpkg's replaced by ones that do what vcpkg does to
# a tree (INSTALLED, an install tree of this build, stands in for the build) and looks at what is left.
cmake_minimum_required(VERSION 3.24)

set(PORT dstream)
set(CURRENT_PACKAGES_DIR ${WORK}/packages/dstream)
set(FEATURES core ndjson)
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR})

function(check what)
  if(NOT (${ARGN}))
    message(FATAL_ERROR "vcpkg port: ${what}")
  endif()
endfunction()

function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_FEATURE_OPTIONS" "FEATURES")
  set(options)
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature variable)
    set(value OFF)
    if(feature IN_LIST FEATURES)
      set(value ON)
    endif()
    list(APPEND options -D${variable}=${value})
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} ${options} PARENT_SCOPE)
endfunction()

# Every option that the port sets has to be one of the project.
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  cmake_path(COMPARE "${arg_SOURCE_PATH}" EQUAL "${ROOT}" is_root)
  check("the sources are not this checkout's: ${arg_SOURCE_PATH}" is_root)
  file(READ ${ROOT}/CMakeLists.txt lists)
  foreach(option IN LISTS arg_OPTIONS)
    string(REGEX MATCH "^-D([A-Z_]+)=(ON|OFF)$" matched "${option}")
    check("what is ${option}?" matched)
    set(name ${CMAKE_MATCH_1})
    # A component's option follows from its name, which check_manifests.py holds to the feature's.
    string(FIND "${lists}" "option(${name} " position)
    check("the project has no option ${name}" NOT position EQUAL -1 OR name MATCHES "_WITH_")
  endforeach()
  check("a feature does not reach its option" "-DDSTREAM_WITH_NDJSON=ON" IN_LIST arg_OPTIONS)
  set_property(GLOBAL PROPERTY configured TRUE)
endfunction()

function(vcpkg_cmake_install)
  get_property(configured GLOBAL PROPERTY configured)
  check("installed before it is configured" configured)
  file(COPY ${INSTALLED}/ DESTINATION ${CURRENT_PACKAGES_DIR})
  file(COPY ${INSTALLED}/ DESTINATION ${CURRENT_PACKAGES_DIR}/debug)
endfunction()

# Moves the CMake package to share/, as vcpkg's own does.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "PACKAGE_NAME;CONFIG_PATH" "")
  check("no CMake package at ${arg_CONFIG_PATH}"
    EXISTS ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/dstreamConfig.cmake)
  file(MAKE_DIRECTORY ${CURRENT_PACKAGES_DIR}/share)
  file(RENAME ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}
    ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME})
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/lib/cmake ${CURRENT_PACKAGES_DIR}/debug/lib/cmake)
endfunction()

function(vcpkg_fixup_pkgconfig)
  check("no pkg-config file" EXISTS ${CURRENT_PACKAGES_DIR}/lib/pkgconfig/dstream.pc)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(COPY_FILE ${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright)
endfunction()

include(${ROOT}/packaging/vcpkg/ports/dstream/portfile.cmake)

set(share ${CURRENT_PACKAGES_DIR}/share/dstream)
foreach(file IN ITEMS ${share}/copyright ${share}/usage ${share}/dstreamConfig.cmake
    ${share}/dstreamTargets.cmake ${CURRENT_PACKAGES_DIR}/include/dstream/dstream.h)
  check("${file} is missing" EXISTS ${file})
endforeach()
foreach(file IN ITEMS debug/include debug/share lib/cmake debug/lib/cmake)
  check("${file} should not be there" NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
endforeach()
file(GLOB libraries ${CURRENT_PACKAGES_DIR}/lib/libdstream.* ${CURRENT_PACKAGES_DIR}/debug/lib/libdstream.*)
check("no library, or none for debugging" libraries)
