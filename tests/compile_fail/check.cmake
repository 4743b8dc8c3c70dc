# cmake -D COMPILER=… -D SOURCE=… -D INCLUDE=… -D UMBRELLA=… -P check.cmake
#
# SOURCE holds, on lines of their own:
#   // expect: TEXT    the errors of the bad version contain TEXT
#   // errors: N       (optional) number of errors it may give; 1 where it is not said
# The good version (without DSTREAM_BAD) has to compile, the bad one (with it) must not.

function(compile)
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only -fdiagnostics-color=never
            -I${INCLUDE} -include ${UMBRELLA} ${ARGN} ${SOURCE}
    RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
  set(result "${result}" PARENT_SCOPE)
  set(errors "${errors}" PARENT_SCOPE)
endfunction()

file(READ ${SOURCE} text)
if(NOT text MATCHES "// expect: ([^\n]+)")
  message(FATAL_ERROR "${SOURCE} has no `// expect:` line")
endif()
set(expected "${CMAKE_MATCH_1}")
set(allowed 1)
if(text MATCHES "// errors: ([0-9]+)")
  set(allowed ${CMAKE_MATCH_1})
endif()

compile()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the good version does not compile:\n${errors}")
endif()

compile(-DDSTREAM_BAD)
if(result EQUAL 0)
  message(FATAL_ERROR "the bad version should fail, but it compiled")
endif()
string(FIND "${errors}" "${expected}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "the expected text is missing: ${expected}\n${errors}")
endif()
string(REGEX MATCHALL "error: " found "${errors}")
list(LENGTH found count)
if(count GREATER allowed)
  message(FATAL_ERROR "${count} errors where ${allowed} should do:\n${errors}")
endif()
