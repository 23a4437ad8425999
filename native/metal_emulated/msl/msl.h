// The Metal standard library, as far as kernels here use it, for kernels compiled as OpenCL C++ 2021. What is
// not here does not compile, so nothing may be added that Metal does not have.
#pragma once
#include "native/metal_emulated/msl/scalars.h"
#include "native/metal_emulated/msl/vectors.h"
#include "native/metal_emulated/msl/math.h"
#include "native/metal_emulated/msl/simdgroup.h"
#include "native/metal_emulated/msl/matrix.h"
#include "native/metal_emulated/msl/atomics.h"
