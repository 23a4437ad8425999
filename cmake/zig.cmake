# Toolchain file of scripts/prebuilds.ts: zig's clang as a cross compiler. ZIG_EXE is zig, ZIG_TARGET for example
# x86_64-linux-gnu.2.28, where the numbers are the oldest glibc or macOS that the binary runs on.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ZIG_EXE ZIG_TARGET)
string(REGEX MATCH "^([a-z0-9_]+)-([a-z]+)" _ "${ZIG_TARGET}")
set(CMAKE_SYSTEM_PROCESSOR "${CMAKE_MATCH_1}")
if(CMAKE_MATCH_2 STREQUAL "macos")
  set(CMAKE_SYSTEM_NAME Darwin)
  # zig brings headers and libSystem itself: there is no SDK to look for.
  set(CMAKE_OSX_SYSROOT "")
else()
  set(CMAKE_SYSTEM_NAME Linux)
endif()

# zig writes debug information unless told otherwise.
set(CMAKE_CXX_COMPILER "${ZIG_EXE}" c++ -target "${ZIG_TARGET}" -g0)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -s)
# Programs for another system cannot run here, and libraries need no linker.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
# The host's ar writes no index of objects that are not its own.
set(CMAKE_CXX_ARCHIVE_CREATE "\"${ZIG_EXE}\" ar qcs <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "\"${ZIG_EXE}\" ar qs <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "\"${ZIG_EXE}\" ranlib <TARGET>")
