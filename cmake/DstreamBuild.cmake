# How dstream's own targets are compiled. Nothing here touches a project that embeds dstream.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE) # -O3 -DNDEBUG
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_CXX_EXTENSIONS OFF)
  find_program(DSTREAM_CCACHE ccache)
  if(DSTREAM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness lets ccache serve files that use a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${DSTREAM_CCACHE})
  endif()
endif()

if(DSTREAM_MARCH_NATIVE)
  add_compile_options(-march=native)
endif()

if(DSTREAM_SANITIZE)
  list(JOIN DSTREAM_SANITIZE "," dstream_sanitizers)
  add_compile_options(-fsanitize=${dstream_sanitizers} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${dstream_sanitizers})
  if("undefined" IN_LIST DSTREAM_SANITIZE)
    add_compile_options(-fno-sanitize-recover=undefined)
    # oneTBB casts a graph task to its own type after the destructor, to give its memory back.
    set_source_files_properties(src/runtime/executor.cc PROPERTIES
      COMPILE_OPTIONS -fno-sanitize=vptr)
  endif()
  if("thread" IN_LIST DSTREAM_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan) # stand-alone fences in oneTBB's headers
  endif()
endif()

set(DSTREAM_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow)

# dstream_warnings(<target>): our warnings, when dstream is built for its own sake.
function(dstream_warnings target)
  if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(${target} PRIVATE ${DSTREAM_WARNINGS})
  endif()
endfunction()

# dstream_configure_target(<target>): include paths, language and visibility of a library of ours.
function(dstream_configure_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  # Position-independent also when static, so that a host may link it into a shared library of its
  # own; calls inside the library still bind directly and inline.
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    DEFINE_SYMBOL "")
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    set(script ${PROJECT_SOURCE_DIR}/cmake/dstream.map)
    target_link_options(${target} PRIVATE LINKER:--version-script=${script})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
    if(NOT DSTREAM_SANITIZE)
      target_link_options(${target} PRIVATE LINKER:--no-undefined)
    endif()
  endif()
  dstream_warnings(${target})
endfunction()

# dstream_configure_core(<target>): the same with the core's dependencies.
function(dstream_configure_core target)
  dstream_configure_target(${target})
  target_link_libraries(${target}
    PUBLIC Threads::Threads
    PRIVATE TBB::tbb absl::flat_hash_map fmt::fmt)
endfunction()

# dstream_add_internals(): dstream::internals, for tests and benchmarks that look behind the public
# headers, and dstream::internals_<component> beside it. A shared library hides what they look at, so
# then the sources are linked statically.
function(dstream_add_internals)
  get_target_property(type dstream TYPE)
  get_property(components GLOBAL PROPERTY DSTREAM_COMPONENTS_BUILT)
  set(prefix dstream)
  if(NOT type STREQUAL "STATIC_LIBRARY")
    set(prefix dstream_internal_static)
    add_library(${prefix} STATIC EXCLUDE_FROM_ALL ${dstream_sources})
    dstream_configure_core(${prefix})
    foreach(name IN LISTS components)
      dstream_add_component_library(${prefix}_${name} ${name} ${prefix} STATIC EXCLUDE_FROM_ALL)
    endforeach()
  endif()
  add_library(dstream_internals INTERFACE)
  add_library(dstream::internals ALIAS dstream_internals)
  target_link_libraries(dstream_internals
    INTERFACE ${prefix} TBB::tbb absl::flat_hash_map fmt::fmt)
  target_include_directories(dstream_internals INTERFACE ${PROJECT_SOURCE_DIR}/src)
  foreach(name IN LISTS components)
    add_library(dstream::internals_${name} ALIAS ${prefix}_${name})
  endforeach()
endfunction()
