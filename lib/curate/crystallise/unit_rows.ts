import { badArgument } from '../../core/errors.ts'
import type { Vectors } from '../../core/vectors.ts'

/** What rounding leaves of a length of 1. */
const NEAR = 1e-3

/** The rows at length 1, [count · dims]: the same memory where they are. Throws BAD_ARGUMENT for a row of zeros. */
export function unitRows(vectors: Vectors, argument: string): Float32Array {
  const { dims } = vectors
  const given = vectors.toFloat32Array()
  let rows = given
  for (let at = 0; at < given.length; at += dims) {
    let squares = 0
    for (let i = at; i < at + dims; i++) squares += given[i]! * given[i]!
    if (squares === 0) throw badArgument(`${argument}[${at / dims}]`, 'zeros', 'a vector with a direction')
    if (Math.abs(squares - 1) < NEAR) continue
    if (rows === given) rows = given.slice()
    const length = Math.sqrt(squares)
    for (let i = at; i < at + dims; i++) rows[i]! /= length
  }
  return rows
}
