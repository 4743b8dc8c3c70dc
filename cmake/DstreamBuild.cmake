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

# dstream_configure_library(<target>): include paths, language, dependencies and visibility.
function(dstream_configure_library target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target}
    PUBLIC Threads::Threads
    PRIVATE TBB::tbb absl::flat_hash_map fmt::fmt)
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
  dstream_warnings(${target})
endfunction()

# dstream_add_internals(): dstream::internals, for tests and benchmarks that look behind the public
# headers. A shared library hides what they look at, so then the sources are linked statically.
function(dstream_add_internals)
  set(library dstream)
  get_target_property(type dstream TYPE)
  if(NOT type STREQUAL "STATIC_LIBRARY")
    set(library dstream_internal_static)
    add_library(${library} STATIC EXCLUDE_FROM_ALL ${dstream_sources})
    dstream_configure_library(${library})
  endif()
  add_library(dstream_internals INTERFACE)
  add_library(dstream::internals ALIAS dstream_internals)
  target_link_libraries(dstream_internals
    INTERFACE ${library} TBB::tbb absl::flat_hash_map fmt::fmt)
  target_include_directories(dstream_internals INTERFACE ${PROJECT_SOURCE_DIR}/src)
endfunction()
