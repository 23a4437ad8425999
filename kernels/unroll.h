// Before a loop that indexes an array in registers and has a long body: where a compiler does not unroll it,
// the array goes to memory.
#pragma once
#define VMM_UNROLL _Pragma("clang loop unroll(full)")
