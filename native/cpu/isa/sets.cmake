# The instruction sets of each architecture: name | floats per vector | compiler features, from worst to best.
# A line here is all that a further set needs; the features are also what the running machine is asked for.
# A name with a suffix extends a set: neon_dot is neon (VMM_ISA_NEON) with what its features say (VMM_HAS_…).
if(VMM_SCALAR)
  set(VMM_SETS "scalar|1|")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(VMM_SETS
    "baseline|4|"
    "avx2|8|avx2 fma f16c bmi2"
    "avx512|16|avx512f avx512bw avx512dq avx512vl avx2 fma f16c bmi2"
    "avx512_bf16|16|avx512bf16 avx512vnni avx512f avx512bw avx512dq avx512vl avx2 fma f16c bmi2")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(VMM_SETS
    "neon|4|"
    "neon_dot|4|dotprod bf16 i8mm")
else()
  set(VMM_SETS "scalar|1|")
endif()

set(VMM_SETS_DIR "${CMAKE_BINARY_DIR}/sets")
file(GLOB VMM_OP_FILES CONFIGURE_DEPENDS native/cpu/*.cc)
list(APPEND VMM_OP_FILES "${CMAKE_SOURCE_DIR}/native/cpu/isa/table.cc")

set(VMM_KERNEL_SOURCES "")
set(VMM_SET_LIST "")
foreach(set IN LISTS VMM_SETS)
  string(REPLACE "|" ";" fields "${set}")
  list(GET fields 0 VMM_SET)
  list(GET fields 1 VMM_WIDTH)
  list(GET fields 2 VMM_FEATURES)
  string(REGEX REPLACE "_.*" "" VMM_FAMILY "${VMM_SET}")
  string(TOUPPER "${VMM_FAMILY}" VMM_FAMILY)
  string(APPEND VMM_SET_LIST "VMM_SET(${VMM_SET}, \"${VMM_FEATURES}\")\n")

  set(VMM_FEATURE_MACROS "")
  set(VMM_PUSH "")
  set(VMM_POP "")
  if(VMM_FEATURES)
    string(REPLACE " " ";" features "${VMM_FEATURES}")
    foreach(feature IN LISTS features)
      string(TOUPPER "${feature}" upper)
      string(APPEND VMM_FEATURE_MACROS "#define VMM_HAS_${upper} 1\n")
    endforeach()
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # These releases split the 512-bit registers off into a feature of its own.
      if(VMM_FEATURES MATCHES "avx512" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 18
         AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 22)
        list(APPEND features evex512)
      endif()
      string(REPLACE ";" "," target "${features}")
      set(VMM_PUSH "#pragma clang attribute push(__attribute__((target(\"${target}\"))), apply_to = function)")
      set(VMM_POP "#pragma clang attribute pop")
    else()
      if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        # GCC has bf16 and i8mm on top of this version only.
        string(REPLACE ";" "+" target "arch=armv8.2-a+${features}")
      else()
        string(REPLACE ";" "," target "${features}")
      endif()
      set(VMM_PUSH "#pragma GCC push_options\n#pragma GCC target(\"${target}\")")
      set(VMM_POP "#pragma GCC pop_options")
    endif()
  endif()

  foreach(file IN LISTS VMM_OP_FILES)
    get_filename_component(op "${file}" NAME_WE)
    file(RELATIVE_PATH VMM_OP_FILE "${CMAKE_SOURCE_DIR}" "${file}")
    set(wrapper "${VMM_SETS_DIR}/${VMM_SET}/${op}.cc")
    configure_file(native/cpu/isa/wrapper.cc.in "${wrapper}" @ONLY)
    list(APPEND VMM_KERNEL_SOURCES "${wrapper}")
  endforeach()
endforeach()
file(CONFIGURE OUTPUT "${VMM_SETS_DIR}/kernel_sets.inc" CONTENT "${VMM_SET_LIST}" @ONLY)
