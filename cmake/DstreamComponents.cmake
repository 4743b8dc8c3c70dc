# Optional components: parts of dstream with dependencies of their own, each a library beside the core.

# dstream_add_component(<name> REQUIRES <find_package arguments as one string>… LINKS <target>…
#                       [PKG_CONFIG <module>…])
#
# Declares the option DSTREAM_WITH_<NAME> (AUTO: built where its packages are found; ON; OFF) and,
# where it is built, the target dstream::<name> from src/<name>/*.cc and include/dstream/<name>/*.h.
# It links the core publicly and LINKS privately, and is installed and exported with what
# find_package(dstream COMPONENTS <name>) has to find. PKG_CONFIG names its packages' modules for
# dstream.pc. A test, example or benchmark that includes <dstream/<name>/…> is built and linked with
# the component, and left out where that is not built.
function(dstream_add_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "REQUIRES;LINKS;PKG_CONFIG")
  set_property(GLOBAL APPEND PROPERTY DSTREAM_COMPONENTS ${name})
  string(TOUPPER ${name} upper)
  set(default OFF)
  if(PROJECT_IS_TOP_LEVEL)
    set(default AUTO)
  endif()
  set(DSTREAM_WITH_${upper} ${default} CACHE STRING "Build dstream::${name}: AUTO, ON or OFF")
  set_property(CACHE DSTREAM_WITH_${upper} PROPERTY STRINGS AUTO ON OFF)
  if(NOT DSTREAM_WITH_${upper})
    return()
  endif()
  foreach(requirement IN LISTS arg_REQUIRES)
    separate_arguments(package UNIX_COMMAND "${requirement}")
    list(GET package 0 package_name)
    find_package(${package} QUIET)
    if(NOT ${package_name}_FOUND)
      if(DSTREAM_WITH_${upper} STREQUAL "AUTO")
        message(STATUS "dstream::${name} is left out: ${package_name} was not found")
        return()
      endif()
      message(FATAL_ERROR "dstream::${name} needs ${package_name}, which was not found. Install it, "
        "or configure with -DDSTREAM_WITH_${upper}=OFF.")
    endif()
  endforeach()

  set_property(GLOBAL APPEND PROPERTY DSTREAM_COMPONENTS_BUILT ${name})
  set_property(GLOBAL PROPERTY DSTREAM_REQUIRES_${name} "${arg_REQUIRES}")
  set_property(GLOBAL PROPERTY DSTREAM_LINKS_${name} "${arg_LINKS}")
  set_property(GLOBAL APPEND PROPERTY DSTREAM_PKG_CONFIG ${arg_PKG_CONFIG})
  file(GLOB headers CONFIGURE_DEPENDS include/dstream/${name}/*.h)
  dstream_add_component_library(dstream_${name} ${name} dstream)
  add_library(dstream::${name} ALIAS dstream_${name})
  set_target_properties(dstream_${name} PROPERTIES
    EXPORT_NAME ${name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_sources(dstream_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
endfunction()

# dstream_add_component_library(<target> <component> <core target> [<arguments for add_library>…])
function(dstream_add_component_library target name core)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  get_property(links GLOBAL PROPERTY DSTREAM_LINKS_${name})
  add_library(${target} ${ARGN} ${sources})
  dstream_configure_target(${target})
  target_link_libraries(${target} PUBLIC ${core} PRIVATE ${links})
endfunction()

# dstream_select(<sources variable> <components variable>): takes out of the list of sources those
# that include a component which is not built, and names the components that the others include.
function(dstream_select sources_variable components_variable)
  get_property(known GLOBAL PROPERTY DSTREAM_COMPONENTS)
  get_property(built GLOBAL PROPERTY DSTREAM_COMPONENTS_BUILT)
  set(selected)
  set(components)
  foreach(source IN LISTS ${sources_variable})
    set(needed)
    foreach(name IN LISTS known)
      file(STRINGS ${source} lines REGEX "^#include <dstream/${name}/" LIMIT_COUNT 1)
      if(lines)
        list(APPEND needed ${name})
      endif()
    endforeach()
    set(missing ${needed})
    list(REMOVE_ITEM missing ${built})
    if(NOT missing)
      list(APPEND selected ${source})
      list(APPEND components ${needed})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES components)
  set(${sources_variable} ${selected} PARENT_SCOPE)
  set(${components_variable} ${components} PARENT_SCOPE)
endfunction()
