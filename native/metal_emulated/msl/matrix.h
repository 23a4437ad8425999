// simdgroup_matrix: 8 x 8 numbers, two in each lane. Where a lane's two lie is Apple's secret, so nothing
// here tells; kernels load and store.
#pragma once
#include "native/metal_emulated/msl/simdgroup.h"

namespace metal {

// The row, and the first of two columns, that the calling lane holds.
VMM_MSL uint matrix_row() {
  const uint lane = vmm_lane_call();
  return (lane / 4 & 4) + lane / 2 % 4;
}
VMM_MSL uint matrix_col() {
  const uint lane = vmm_lane_call();
  return (lane / 4 & 2) * 2 + lane % 2 * 2;
}
VMM_MSL uint matrix_lane(uint row, uint col) {
  return (row & 4) * 4 + (col & 4) * 2 + (row & 3) * 2 + (col >> 1 & 1);
}

template <class T, int Cols, int Rows>
struct simdgroup_matrix {
  static_assert(Cols == 8 && Rows == 8, "simdgroup matrices are 8 x 8");
  T hidden[2];
  simdgroup_matrix() = default;
  VMM_MSL_METHOD explicit simdgroup_matrix(T diagonal) {
    for (uint j = 0; j < 2; ++j) hidden[j] = matrix_row() == matrix_col() + j ? diagonal : T(0);
  }
};
using simdgroup_float8x8 = simdgroup_matrix<float, 8, 8>;
using simdgroup_half8x8 = simdgroup_matrix<half, 8, 8>;
using simdgroup_bfloat8x8 = simdgroup_matrix<bfloat, 8, 8>;

template <class T, int Cols, int Rows>
VMM_MSL simdgroup_matrix<T, Cols, Rows> make_filled_simdgroup_matrix(T value) {
  simdgroup_matrix<T, Cols, Rows> m;
  m.hidden[0] = m.hidden[1] = value;
  return m;
}

// Checked builds see to it that all lanes name the same memory.
VMM_MSL_CONVERGENT void same_in_all_lanes([[maybe_unused]] ulong address) {
#ifdef VMM_CHECKED
  const lane_values<ulong> lanes = exchange(address);
  for (uint i = 1; i < kVmmLanes; ++i)
    if (lanes[i].value != lanes[0].value)
      vmm_fault_call("lanes load or store a matrix at different addresses");
#endif
}

#define VMM_MATRIX_MEMORY(Space)                                                                      \
  template <class T>                                                                                  \
  VMM_MSL_CONVERGENT void simdgroup_load(thread simdgroup_matrix<T, 8, 8>& m, const Space T* from,    \
                                         ulong perRow = 8, ulong2 origin = ulong2(0),                 \
                                         bool swapped = false) {                                      \
    same_in_all_lanes((ulong)from);                                                                   \
    for (uint j = 0; j < 2; ++j) {                                                                    \
      const ulong row = swapped ? matrix_col() + j : matrix_row(),                                    \
                  col = swapped ? matrix_row() : matrix_col() + j;                                    \
      m.hidden[j] = from[(origin.y + row) * perRow + origin.x + col];                                 \
    }                                                                                                 \
  }                                                                                                   \
  template <class T>                                                                                  \
  VMM_MSL_CONVERGENT void simdgroup_store(simdgroup_matrix<T, 8, 8> m, Space T* to, ulong perRow = 8, \
                                          ulong2 origin = ulong2(0), bool swapped = false) {          \
    same_in_all_lanes((ulong)to);                                                                     \
    for (uint j = 0; j < 2; ++j) {                                                                    \
      const ulong row = swapped ? matrix_col() + j : matrix_row(),                                    \
                  col = swapped ? matrix_row() : matrix_col() + j;                                    \
      to[(origin.y + row) * perRow + origin.x + col] = m.hidden[j];                                   \
    }                                                                                                 \
  }
VMM_MATRIX_MEMORY(device)
VMM_MATRIX_MEMORY(threadgroup)
#undef VMM_MATRIX_MEMORY

// d = a b + c, each element summed in the order of the inner index. Apple's order is unknown.
template <class D, class A, class B, class C>
VMM_MSL_CONVERGENT void simdgroup_multiply_accumulate(thread simdgroup_matrix<D, 8, 8>& d,
                                                      simdgroup_matrix<A, 8, 8> a,
                                                      simdgroup_matrix<B, 8, 8> b,
                                                      simdgroup_matrix<C, 8, 8> c) {
  const lane_values<float4> lanes =
      exchange(float4((float)a.hidden[0], (float)a.hidden[1], (float)b.hidden[0], (float)b.hidden[1]));
  const uint row = matrix_row(), col = matrix_col();
  float sum[2] = {(float)c.hidden[0], (float)c.hidden[1]};
  for (uint k = 0; k < 8; ++k) {
    const __generic float4& left = lanes[matrix_lane(row, k)].value;
    const __generic float4& right = lanes[matrix_lane(k, col)].value;
    const float x = k & 1 ? left.y : left.x;
    sum[0] = __builtin_fmaf(x, right.z, sum[0]);
    sum[1] = __builtin_fmaf(x, right.w, sum[1]);
  }
  d.hidden[0] = (D)sum[0];
  d.hidden[1] = (D)sum[1];
}
template <class D, class A, class B>
VMM_MSL_CONVERGENT void simdgroup_multiply(thread simdgroup_matrix<D, 8, 8>& d, simdgroup_matrix<A, 8, 8> a,
                                           simdgroup_matrix<B, 8, 8> b) {
  simdgroup_multiply_accumulate(d, a, b, make_filled_simdgroup_matrix<D, 8, 8>(D(0)));
}

}  // namespace metal
using metal::simdgroup_bfloat8x8;
using metal::simdgroup_float8x8;
using metal::simdgroup_half8x8;
