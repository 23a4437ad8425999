// What attention and its gradient share: where sequences are, and who sees what. A row of a tile is a query
// of one head; the heads that read one kv head follow each other, so that a tile has them together.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
#include "kernels/unroll.h"
using namespace metal;

constant constexpr uint kRangeFault = 1073741824;  // from here on the number of a bad range is reported
constant constexpr uint kIndexFault = 2147483648;  // from here on the place of a bad index of a key

// Queries row … row + rows and keys key … key + keys, as ranges count them. After the last sequence comes one
// with the rows that are in none, which sees no keys.
struct Sequence {
  uint row, rows, key, keys;
};

// How many keys ranges are of: entries of the index of keys, where there is one.
inline uint keysOf(constant op::Attention& a) { return a.keyIndex.given ? a.keyIndex.dim[0] : a.k.dim[0]; }
inline uint keysOf(constant op::AttentionGrad& a) { return a.k.dim[0]; }

template <class Args>
inline uint sequencesOf(constant Args& a) {
  return a.offsets.dim[0] ? a.offsets.dim[0] - 1 : 0;
}

// Most that an offset may be: without ranges queries are keys too.
template <class Args>
inline uint offsetLimit(constant Args& a) {
  return a.kvRange.given ? a.q.dim[0] : min(a.q.dim[0], keysOf(a));
}
template <class Args>
inline uint offsetAt(constant Args& a, device const int* offsets, uint number) {
  return a.offsets.dim[0] ? uint(clamp(long(offsets[number]), 0l, long(offsetLimit(a)))) : 0;
}

template <class Args>
inline Sequence sequenceAt(constant Args& a, device const int* offsets, device const int* ranges,
                           uint number) {
  const uint row = offsetAt(a, offsets, number);
  if (number == sequencesOf(a)) return Sequence{row, a.q.dim[0] - row, 0, 0};
  const uint rows = max(offsetAt(a, offsets, number + 1), row) - row;
  if (!a.kvRange.given) return Sequence{row, rows, row, rows};
  const long first = clamp(long(ranges[2 * ulong(number)]), 0l, long(keysOf(a)));
  const long last = clamp(long(ranges[2 * ulong(number) + 1]), first, long(keysOf(a)));
  return Sequence{row, rows, uint(first), uint(last - first)};
}

// Reports a bad offset by its number, a bad range by its number and `kRangeFault`.
template <class Args>
inline void checkSequence(constant Args& a, device const int* offsets, device const int* ranges,
                          device atomic_uint* fault, uint number) {
  if (number > sequencesOf(a) || !a.offsets.dim[0]) return;
  const long least = number ? offsets[number - 1] : 0, most = number ? long(offsetLimit(a)) : 0;
  if (offsets[number] != clamp(long(offsets[number]), least, max(least, most)))
    atomic_fetch_min_explicit(fault, number, memory_order_relaxed);
  if (number == sequencesOf(a) || !a.kvRange.given) return;
  const Sequence s = sequenceAt(a, offsets, ranges, number);
  if (long(s.key) != ranges[2 * ulong(number)] || long(s.key) + s.keys != ranges[2 * ulong(number) + 1])
    atomic_fetch_min_explicit(fault, kRangeFault + number, memory_order_relaxed);
}

// How many of its keys a query of the sequence sees; they are the first ones.
inline uint seenBy(Sequence s, bool causal, uint query) {
  return causal ? uint(clamp(long(query) + 1 + s.keys - s.rows, 0l, long(s.keys))) : s.keys;
}

// Rows first … first + count of a sequence's rows for one kv head; query r / perKv has row r.
struct QueryTile {
  Sequence sequence;
  uint number;
  ulong first;
  uint count;
};

// A sequence s with rows begin … end takes the tiles begin / height + s … end / height + s: enough for any
// number of rows, and known without looking at other sequences.
template <class Args>
inline ulong firstTile(constant Args& a, device const int* offsets, uint perKv, uint height, uint number) {
  return ulong(offsetAt(a, offsets, number)) * perKv / height + number;
}
template <class Args>
inline QueryTile queryTileAt(constant Args& a, device const int* offsets, device const int* ranges,
                             uint perKv, uint height, uint number) {
  uint low = 0, high = sequencesOf(a);
  while (low != high) {
    const uint middle = low + (high - low + 1) / 2;
    const bool before = firstTile(a, offsets, perKv, height, middle) <= number;
    low = before ? middle : low;
    high = before ? high : middle - 1;
  }
  const Sequence s = sequenceAt(a, offsets, ranges, low);
  const ulong first = (number - firstTile(a, offsets, perKv, height, low)) * height,
              rows = ulong(s.rows) * perKv;
  return QueryTile{s, low, first, uint(min(rows - min(rows, first), ulong(height)))};
}

// Where in bias [heads, width] the weight of a query and a key of a sequence is.
inline ulong biasAt(Sequence s, uint width, uint head, uint query, uint key) {
  const long distance = long(key) - (long(query) + s.keys - s.rows) + (width - 1) / 2;
  return ulong(head) * width + ulong(clamp(distance, 0l, long(width) - 1));
}

// `count` rows of numbers, times a factor.
struct Operand {
  device const float* at;
  long stride;
  uint count;
  float factor;

  float value(uint row, uint col) const { return at[long(row) * stride + col] * factor; }
};

// 32 rows by `width` columns from `col` on of the `cols` that there are, the rest zero.
template <class Rows>
inline void stage(threadgroup float* to, uint width, Rows from, uint col, uint cols, uint threads,
                  uint thread_) {
  for (uint at = thread_; at < 32 * width; at += threads) {
    const uint row = at / width, i = at % width;
    const bool there = row < from.count && col + i < cols;
    to[row * (width + 4) + i] = there ? from.value(row, col + i) : 0.0f;
  }
}
