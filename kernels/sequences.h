// Packed sequences: rows offsets[s] … offsets[s + 1] are sequence s, and experts[s] says which parameters it
// takes. What is out of range is reported, then kept within the tensors.
#pragma once
#include <metal_stdlib>
#include "kernels/generated/args.h"
using namespace metal;

constant constexpr uint kChunk = 64;                // rows
constant constexpr uint kExpertFault = 1073741824;  // from here on the position of an expert is reported

struct Packed {
  device const int* offsets;
  device const int* experts;
  uint sequences, rows;
  uint given;    // sequences that have an expert
  uint choices;  // experts
  device atomic_uint* fault;
};
// Rows begin … end, and the number of the expert.
struct Sequence {
  uint begin, end, expert;
};

// Rows that are in sequences.
inline uint insideOf(Packed p) { return min(uint(max(p.offsets[p.sequences], 0)), p.rows); }

// Sequences that there are not are empty.
inline Sequence sequenceOf(Packed p, uint number) {
  if (p.offsets[0] != 0) atomic_fetch_min_explicit(p.fault, 0u, memory_order_relaxed);
  const int from = number == 0 ? 0 : p.offsets[min(number, p.sequences)];
  const int to = p.offsets[min(number + 1, p.sequences)];
  const uint begin = min(uint(max(from, 0)), p.rows), end = min(uint(max(to, int(begin))), p.rows);
  if (int(end) != to || int(begin) != from)
    atomic_fetch_min_explicit(p.fault, number + 1, memory_order_relaxed);
  uint expert = number < p.given ? uint(p.experts[number]) : 0;
  if (expert >= p.choices) {
    atomic_fetch_min_explicit(p.fault, kExpertFault + number, memory_order_relaxed);
    expert = 0;
  }
  return Sequence{begin, end, expert};
}

// The number of the sequence that has a row.
inline uint sequenceWith(Packed p, uint row) {
  uint low = 0, high = p.sequences;
  while (high - low > 1) {
    const uint middle = low + (high - low) / 2;
    const bool before = p.offsets[middle] <= int(row);
    low = before ? middle : low;
    high = before ? high : middle;
  }
  return low;
}

// Chunks of a sequence are numbered from here on: no two have one number, and some numbers have no chunk.
inline uint firstChunk(Sequence sequence, uint number) { return sequence.begin / kChunk + number; }
inline uint chunksOf(Sequence sequence) { return (sequence.end - sequence.begin + kChunk - 1) / kChunk; }
