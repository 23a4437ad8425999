"""Numbers that the scripts of goldens and the tests compute with the same bits, so that goldens hold results alone."""
import numpy as np
import torch


def noise(stream, count):
    """Numbers in [0, 1): the bits of a 32-bit integer hash of (stream, index). test/train/tiny_data.ts has it too."""
    with np.errstate(over="ignore"):
        x = (np.arange(count, dtype=np.uint32) + np.uint32(1)) * np.uint32(0x9E3779B1)
        x = x + np.uint32((stream * 0x85EBCA6B) & 0xFFFFFFFF)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return (x ^ (x >> np.uint32(16))).astype(np.float64) / 2**32


def spread(stream, shape, centre, width):
    """Numbers around a centre that f32 has, as f64."""
    values = (centre + width * (2 * noise(stream, int(np.prod(shape))) - 1)).astype(np.float32)
    return torch.tensor(values.astype(np.float64)).reshape(shape)
