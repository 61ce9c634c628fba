include(GoogleTest)
include(GNUInstallDirs)

# postern_library(NAME SOURCES a.cpp ... DEPS other ...): one static library a folder. With no sources, headers only.
function(postern_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEFINITIONS" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC postern_flags ${arg_DEPS})
    target_compile_definitions(${name} PRIVATE ${arg_PRIVATE_DEFINITIONS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE postern_flags ${arg_DEPS})
  endif()
endfunction()

# postern_program(NAME SOURCES main.cpp DEPS ...): a program that `cmake --install` puts into bin/.
function(postern_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEFINITIONS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE postern_flags lib_malloc ${arg_DEPS})
  target_compile_definitions(${name} PRIVATE ${arg_PRIVATE_DEFINITIONS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# postern_test(NAME SOURCES ... DEPS ...): a GoogleTest program; each of its tests is a ctest test.
function(postern_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEFINITIONS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE postern_flags ${arg_DEPS} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE ${arg_PRIVATE_DEFINITIONS})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120
    ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0")
endfunction()

# postern_fuzz(NAME SOURCES x_fuzz.cpp DEPS ...): a libFuzzer target in builds with the address sanitizer; in every
# build its seeds (fuzz/corpus/NAME/) run once as a ctest test through the same entry point.
function(postern_fuzz name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEFINITIONS" ${ARGN})
  set(corpus ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE postern_flags ${arg_DEPS})
  target_compile_definitions(fuzz_${name} PRIVATE ${arg_PRIVATE_DEFINITIONS})
  if(POSTERN_SANITIZE STREQUAL "address")
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${name}.seeds COMMAND fuzz_${name} -runs=0 ${corpus})
  else()
    target_sources(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/fuzz/run_seeds.cpp)
    add_test(NAME fuzz.${name}.seeds COMMAND fuzz_${name} ${corpus})
  endif()
endfunction()

# postern_proto(NAME FILE folder/x.proto DEPS ...): C++ code of one .proto; include it as "folder/x.pb.h".
function(postern_proto name)
  cmake_parse_arguments(arg "" "FILE" "DEPS" ${ARGN})
  string(REGEX REPLACE "\\.proto$" "" stem ${arg_FILE})
  set(out ${CMAKE_BINARY_DIR}/proto/${stem})
  get_filename_component(out_dir ${out} DIRECTORY)
  file(MAKE_DIRECTORY ${out_dir})
  add_custom_command(OUTPUT ${out}.pb.cc ${out}.pb.h
    COMMAND ${PROTOC} -I${CMAKE_SOURCE_DIR} --cpp_out=${CMAKE_BINARY_DIR}/proto ${CMAKE_SOURCE_DIR}/${arg_FILE}
    DEPENDS ${CMAKE_SOURCE_DIR}/${arg_FILE} VERBATIM)
  add_library(${name} STATIC ${out}.pb.cc ${out}.pb.h)
  target_link_libraries(${name} PUBLIC postern_flags lib_protobuf ${arg_DEPS})
  target_compile_options(${name} PRIVATE -w)
endfunction()

# postern_embed_text(NAME HEADER folder/x.hpp FILES ...): text files compiled in, as pairs of name and content.
function(postern_embed_text name)
  cmake_parse_arguments(arg "" "HEADER;NAMESPACE" "FILES" ${ARGN})
  set(header ${CMAKE_BINARY_DIR}/proto/${arg_HEADER})
  get_filename_component(header_dir ${header} DIRECTORY)
  file(MAKE_DIRECTORY ${header_dir})
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DOUT=${header} -DNAMESPACE=${arg_NAMESPACE} "-DFILES=${arg_FILES}"
      -P ${CMAKE_SOURCE_DIR}/deploy/cmake/embed_text.cmake
    DEPENDS ${arg_FILES} ${CMAKE_SOURCE_DIR}/deploy/cmake/embed_text.cmake VERBATIM)
  add_custom_target(${name}_files DEPENDS ${header})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_files)
  target_link_libraries(${name} INTERFACE postern_flags)
endfunction()
