# What programs on a Metal device need: VMM_METAL_SOURCES, with kernels/*.metal embedded as text. The emulation takes
# the place of the calls into Apple's framework, and of nothing else.
file(GLOB VMM_METAL_SOURCES CONFIGURE_DEPENDS native/metal/*.cc)
if(VMM_METAL_EMULATED)
  file(GLOB emulation CONFIGURE_DEPENDS native/metal_emulated/*.cc)
  list(APPEND VMM_METAL_SOURCES ${emulation})
  list(FILTER VMM_METAL_SOURCES EXCLUDE REGEX "/(exports|framework_apple)\\.cc$")
endif()

file(GLOB metalKernels CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/kernels/*.metal")
file(GLOB_RECURSE metalHeaders CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/kernels/*.h")
set(metalText "${CMAKE_BINARY_DIR}/metal_sources.cc")
add_custom_command(OUTPUT "${metalText}"
  COMMAND "${CMAKE_COMMAND}" "-DROOT=${CMAKE_SOURCE_DIR}" "-DOUTPUT=${metalText}" -P "${CMAKE_CURRENT_LIST_DIR}/embed.cmake"
  DEPENDS ${metalKernels} ${metalHeaders} "${CMAKE_CURRENT_LIST_DIR}/embed.cmake"
  COMMENT "Embedding kernels/*.metal" VERBATIM)
list(APPEND VMM_METAL_SOURCES "${metalText}")
