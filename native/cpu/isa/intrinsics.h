// The vector intrinsics of the architecture, for the few places where vector extensions do not reach.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
