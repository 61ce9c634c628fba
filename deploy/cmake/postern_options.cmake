# What every target is compiled with. Debug information stays small (-g1): it keeps stack traces and links fast.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(POSTERN_TESTS "Build tests and fuzz targets" ON)
option(POSTERN_FAULTS "Compile in failpoints K0-K16 and the settable clock (never in what ships)" OFF)
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers: empty, address or thread")

add_library(postern_flags INTERFACE)
target_include_directories(postern_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/proto)
target_compile_options(postern_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -g1 -fstack-protector-strong)
target_compile_definitions(postern_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_USE_STD_STRING_VIEW
  POSTERN_VERSION="${PROJECT_VERSION}")
target_link_options(postern_flags INTERFACE -fuse-ld=mold -Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT POSTERN_SANITIZE)
  target_compile_definitions(postern_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(POSTERN_FAULTS)
  target_compile_definitions(postern_flags INTERFACE POSTERN_FAULTS)
endif()
if(POSTERN_SANITIZE STREQUAL "address")
  # -fno-sanitize=function: its checks break on coroutine frames. fuzzer-no-link: without edges to see, a fuzzer is blind.
  target_compile_options(postern_flags INTERFACE -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=function
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(postern_flags INTERFACE -fsanitize=address,undefined -fno-sanitize=function)
elseif(POSTERN_SANITIZE STREQUAL "thread")
  target_compile_options(postern_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(postern_flags INTERFACE -fsanitize=thread)
endif()
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
