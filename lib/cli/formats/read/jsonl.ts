import { describe, VmmError } from '../../../core/errors.ts'
import { trustedVectors } from '../../../core/vectors.ts'
import { parseJson } from '../../../io/json.ts'
import { linesOf } from '../../../io/lines.ts'
import { BLOCK, checkDims, type VectorBlock, type VectorInput } from './block.ts'

/** Lines `{"vector": […], "text"}` or `[…]`, of which "text" may be missing; blank lines are skipped. */
export async function* readJsonl(from: VectorInput): AsyncGenerator<VectorBlock> {
  const { input, name, space, dims } = from
  let rows: (readonly number[])[] = []
  let texts: (string | null)[] = []
  const block = (): VectorBlock => {
    const vectors = new Float32Array(rows.length * dims)
    for (const [i, row] of rows.entries()) vectors.set(row, i * dims)
    const taken = { vectors: trustedVectors([vectors], dims, space), texts }
    rows = []
    texts = []
    return taken
  }
  let number = 0
  for await (const line of linesOf(input, name)) {
    number++
    if (line.trim() === '') continue
    const where = `${name}: line ${number}`
    const { vector, text } = parsed(line, where)
    checkDims(vector.length, { ...from, name: where })
    rows.push(vector)
    texts.push(text)
    if (rows.length === BLOCK) yield block()
  }
  if (rows.length > 0) yield block()
}

function parsed(line: string, where: string): { vector: readonly number[]; text: string | null } {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${where}: ${problem}`)
  const json = parseJson(line, where)
  if (typeof json !== 'object' || json === null)
    throw bad(`got ${describe(json)}; expected an array of numbers, or an object with one as "vector"`)
  const fields = Array.isArray(json) ? { vector: json } : (json as { vector?: unknown; text?: unknown })
  const { vector, text = null } = fields as { vector?: unknown; text?: unknown }
  if (!Array.isArray(vector)) throw bad(`vector: got ${describe(vector)}; expected an array of numbers`)
  // JSON's numbers may be too large for f32.
  const wrong = vector.findIndex((value) => typeof value !== 'number' || !Number.isFinite(Math.fround(value)))
  if (wrong >= 0) throw bad(`vector[${wrong}]: got ${describe(vector[wrong])}; expected a number within f32`)
  if (typeof text !== 'string' && text !== null) throw bad(`text: got ${describe(text)}; expected a text`)
  return { vector, text }
}
