// Each function of the emulated library that lanes share, on buffers of 64 numbers.
#include <metal_stdlib>
using namespace metal;

constant int which [[function_constant(0)]];

// out[at] is operation `which` on in[at].
kernel void lanes(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                  uint at [[thread_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]]) {
  const float x = in[at];
  float y = 0.0f;
  switch (which) {
    case 0: y = simd_sum(x); break;
    case 1: y = simd_product(x); break;
    case 2: y = simd_max(x); break;
    case 3: y = simd_min(x); break;
    case 4: y = simd_prefix_inclusive_sum(x); break;
    case 5: y = simd_prefix_exclusive_sum(x); break;
    case 6: y = simd_prefix_inclusive_product(x); break;
    case 7: y = simd_prefix_exclusive_product(x); break;
    case 8: y = simd_shuffle(x, ushort(31 - lane)); break;
    case 9: y = simd_broadcast(x, ushort(5)); break;
    case 10: y = simd_broadcast_first(x); break;
    case 11: y = simd_shuffle_xor(x, ushort(6)); break;
    case 12: y = simd_shuffle_up(x, ushort(3)); break;
    case 13: y = simd_shuffle_down(x, ushort(3)); break;
    case 14: y = simd_all(x > 0.0f) ? 1.0f : 0.0f; break;
    case 15: y = simd_any(x > 1.9f) ? 1.0f : 0.0f; break;
    case 16: y = simd_is_first() ? 1.0f : 0.0f; break;
    case 17: y = float(simd_or(1u << lane % 7)); break;
    case 18: y = float(simd_and(~(1u << lane % 7)) & 255u); break;
    default: y = float(simd_xor(lane)); break;
  }
  out[at] = y;
}

// out = a b + c for matrices of 8 x 8, the operands taken plain or swapped.
kernel void matrices(device float* out [[buffer(0)]], device const float* a [[buffer(1)]],
                     device const float* b [[buffer(2)]], device const float* c [[buffer(3)]]) {
  simdgroup_float8x8 left, right, sum;
  simdgroup_load(left, a, 8, ulong2(0, 0), which & 1);
  simdgroup_load(right, b, 8, ulong2(0, 0), which & 2);
  simdgroup_load(sum, c);
  simdgroup_multiply_accumulate(sum, left, right, sum);
  simdgroup_store(sum, out, 8, ulong2(0, 0), which & 4);
}

// Positions and sizes, as each thread is told of them.
kernel void told(device uint* out [[buffer(0)]], uint2 inGrid [[thread_position_in_grid]],
                 uint2 grid [[threads_per_grid]], uint2 group [[threadgroup_position_in_grid]],
                 uint2 groups [[threadgroups_per_grid]], ushort2 inGroup [[thread_position_in_threadgroup]],
                 uint2 threads [[threads_per_threadgroup]], uint at [[thread_index_in_threadgroup]],
                 uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
                 uint simdgroups [[simdgroups_per_threadgroup]], uint lanes [[threads_per_simdgroup]]) {
  const uint values[] = {inGrid.x, inGrid.y, grid.x,    grid.y, group.x,    group.y, groups.x, groups.y, inGroup.x,
                         inGroup.y, threads.x, threads.y, at,     simdgroup, lane,    simdgroups, lanes};
  for (uint i = 0; i < 17; ++i) out[(inGrid.y * grid.x + inGrid.x) * 17 + i] = values[i];
}

// bfloat and half: rounded to nearest, ties to even.
kernel void rounding(device float* out [[buffer(0)]], device const float* in [[buffer(1)]],
                     uint at [[thread_index_in_threadgroup]]) {
  out[at] = which ? float(half(in[at])) : float(bfloat(in[at]));
}

// Swizzles and vectors.
kernel void swizzles(device float4* out [[buffer(0)]], device const float4* in [[buffer(1)]],
                     uint at [[thread_index_in_threadgroup]]) {
  float4 v = in[at];
  v.xy = v.yx + float2(1.0f);
  v.zw *= 2.0f;
  v += float4(1.0f, 0.0f, 0.0f, 0.0f);
  const float3 w = v.zzw;
  v.x += w.z;
  out[at] = float4(v.wzy, dot(v.xy, w.xy)) - max(v, float4(0.0f));
}
