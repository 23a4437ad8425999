import { badArgument, check, describe, VmmError } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { isSpace, type Space } from '../core/space.ts'
import type { CodeMetadata, ConceptRecord, Modality, StoredConcept } from './record.ts'

/** A record that a store may keep: its fields with their defaults, and its vectors. */
export interface CheckedConcept {
  readonly concept: StoredConcept
  readonly vectors: readonly {
    readonly space: Space
    readonly vector: Float32Array
    /** Euclidean. */
    readonly length: number
  }[]
}

export const MODALITIES: readonly Modality[] = ['abstract', 'text', 'visual', 'audio']

const LONGEST_ID = 512
export const MOST_COORDINATES = 16
/** The least and the greatest length of a vector that is not of zeros: squares of f32 hold no others. */
const [SHORTEST, LONGEST] = [1e-18, 1e18]

const FIELDS: OptionNames<ConceptRecord> = {
  id: true,
  text: true,
  type: true,
  modality: true,
  originModel: true,
  confidence: true,
  surfaceForms: true,
  primaryDomain: true,
  domainConfidence: true,
  domainScores: true,
  codeMetadata: true,
  validationScore: true,
  sourceDataset: true,
  document: true,
  documentHash: true,
  position: true,
  line: true,
  heading: true,
  gps: true,
  updated: true,
  vectors: true,
}

const CODE_FIELDS: OptionNames<CodeMetadata> = {
  language: true,
  astHash: true,
  works: true,
  testCoverage: true,
  complexity: true,
  performanceMetrics: true,
}

/**
 * Checks what `upsert` is given and completes it. Of equal ids the last one is left.
 *
 * @throws VmmError BAD_ARGUMENT naming the field, SPACE_MISMATCH for a vector of a space that is not in `spaces`
 */
export function checkConcepts(
  concepts: readonly ConceptRecord[],
  spaces: ReadonlyMap<Space, number>,
): readonly CheckedConcept[] {
  check(Array.isArray(concepts), 'concepts', concepts, 'an array of concepts')
  const now = Date.now()
  const last = new Map<string, CheckedConcept>()
  for (const [i, record] of concepts.entries()) {
    const checked = checkConcept(record, `concepts[${i}]`, spaces, now)
    last.delete(checked.concept.id)
    last.set(checked.concept.id, checked)
  }
  return [...last.values()]
}

function checkConcept(
  record: ConceptRecord,
  name: string,
  spaces: ReadonlyMap<Space, number>,
  now: number,
): CheckedConcept {
  const concept = completeConcept(record, name, now)
  return { concept, vectors: checkVectors(record.vectors ?? {}, `${name}.vectors`, spaces) }
}

/**
 * A concept with its defaults.
 *
 * @param now what `updated` is where it is not told
 * @throws VmmError BAD_ARGUMENT naming the field
 */
export function completeConcept(record: ConceptRecord, name: string, now: number): StoredConcept {
  check(typeof record === 'object' && record !== null, name, record, 'a concept')
  refuseUnknown(record, FIELDS, `${name}.`)
  checkId(record.id, `${name}.id`)
  const text = (field: keyof ConceptRecord) => orNull(record[field], `${name}.${field}`, checkText)
  const share = (field: keyof ConceptRecord) => orNull(record[field], `${name}.${field}`, checkShare)
  const whole = (field: keyof ConceptRecord, least: number) =>
    orNull(record[field], `${name}.${field}`, (x, named) => checkWhole(x, named, least))
  const { modality = 'abstract', surfaceForms = [], gps = null } = record
  check(MODALITIES.includes(modality), `${name}.modality`, modality, MODALITIES.join(', '))
  check(Array.isArray(surfaceForms), `${name}.surfaceForms`, surfaceForms, 'an array of texts')
  return {
    id: record.id,
    text: checkText(record.text, `${name}.text`),
    type: checkText(record.type ?? 'text', `${name}.type`),
    modality,
    originModel: text('originModel'),
    confidence: share('confidence'),
    surfaceForms: surfaceForms.map((form, i) => checkText(form, `${name}.surfaceForms[${i}]`)),
    primaryDomain: text('primaryDomain'),
    domainConfidence: share('domainConfidence'),
    domainScores: checkNumbers(record.domainScores ?? {}, `${name}.domainScores`),
    codeMetadata: orNull(record.codeMetadata, `${name}.codeMetadata`, checkCode),
    validationScore: orNull(record.validationScore, `${name}.validationScore`, checkNumber),
    sourceDataset: text('sourceDataset'),
    document: text('document'),
    documentHash: text('documentHash'),
    position: whole('position', 0),
    line: whole('line', 1),
    heading: text('heading'),
    gps: gps === null ? null : checkPoint(gps, `${name}.gps`),
    updated: checkWhole(record.updated ?? now, `${name}.updated`, 0),
  }
}

/** Throws BAD_ARGUMENT unless a value may be an id. */
export function checkId(value: unknown, name: string): asserts value is string {
  const fits = typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ID
  if (!fits || /\p{Cc}|\p{Cs}/u.test(value))
    throw badArgument(name, describe(value), `1 to ${LONGEST_ID} characters, no control characters`)
}

/** A text that every back end keeps as it is. */
export function checkText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw badArgument(name, describe(value), 'a text')
  if (value.includes('\0') || /\p{Cs}/u.test(value))
    throw badArgument(name, 'a NUL character or half a surrogate pair', 'whole characters of Unicode')
  return value
}

function orNull<T>(value: unknown, name: string, checked: (value: unknown, name: string) => T): T | null {
  return value === undefined || value === null ? null : checked(value, name)
}

function checkNumber(value: unknown, name: string): number {
  if (!Number.isFinite(value)) throw badArgument(name, describe(value), 'a finite number')
  return value as number
}

function checkShare(value: unknown, name: string): number {
  const number = checkNumber(value, name)
  check(number >= 0 && number <= 1, name, value, '0 … 1')
  return number
}

function checkWhole(value: unknown, name: string, least: number): number {
  const fits = Number.isSafeInteger(value) && (value as number) >= least
  if (!fits) throw badArgument(name, describe(value), `a whole number from ${least} on`)
  return value as number
}

function checkNumbers(value: unknown, name: string): Readonly<Record<string, number>> {
  check(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    name,
    value,
    'an object of numbers',
  )
  return Object.fromEntries(
    Object.entries(value as object).map(([key, x]) => [
      checkText(key, name),
      checkNumber(x, `${name}.${key}`),
    ]),
  )
}

function checkPoint(value: unknown, name: string): readonly number[] {
  const fits =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_COORDINATES &&
    value.every(Number.isFinite)
  if (!fits) throw badArgument(name, describe(value), `1 to ${MOST_COORDINATES} finite numbers`)
  return [...(value as number[])]
}

function checkCode(value: unknown, name: string): CodeMetadata {
  check(typeof value === 'object' && value !== null, name, value, 'an object')
  const code = value as CodeMetadata
  refuseUnknown(code, CODE_FIELDS, `${name}.`)
  const { works = null } = code
  check(works === null || typeof works === 'boolean', `${name}.works`, works, 'true, false or null')
  return {
    language: checkText(code.language, `${name}.language`),
    astHash: orNull(code.astHash, `${name}.astHash`, checkText),
    works,
    testCoverage: orNull(code.testCoverage, `${name}.testCoverage`, checkShare),
    complexity: orNull(code.complexity, `${name}.complexity`, (x, named) => checkWhole(x, named, 0)),
    performanceMetrics: checkNumbers(code.performanceMetrics ?? {}, `${name}.performanceMetrics`),
  }
}

function checkVectors(
  vectors: Readonly<Record<Space, Float32Array>>,
  name: string,
  spaces: ReadonlyMap<Space, number>,
): CheckedConcept['vectors'] {
  check(typeof vectors === 'object' && vectors !== null, name, vectors, 'an object of vectors by space')
  return Object.entries(vectors).map(([space, vector]) => {
    const dims = dimsOf(spaces, space)
    const named = `${name}.${space}`
    if (!(vector instanceof Float32Array)) throw badArgument(named, describe(vector), 'a Float32Array')
    if (vector.length !== dims) throw badArgument(named, `${vector.length} numbers`, `${dims} numbers`)
    return { space, vector, length: vectorLength(vector, named) }
  })
}

/** The dimensions of a space of a store. Throws SPACE_MISMATCH for one that it does not have, BAD_ARGUMENT for no name. */
export function dimsOf(spaces: ReadonlyMap<Space, number>, space: Space): number {
  check(isSpace(space), 'space', space, "a name such as 'use-lite-512'")
  const dims = spaces.get(space)
  if (dims !== undefined) return dims
  const there = spaces.size === 0 ? 'no space yet' : [...spaces.keys()].map((name) => `'${name}'`).join(', ')
  throw new VmmError('SPACE_MISMATCH', `the store has no vectors of space '${space}'; it has ${there}`)
}

/** Euclidean length of a vector that a store takes. Throws BAD_ARGUMENT naming it for NaN, and where f32 cannot hold the square. */
export function vectorLength(vector: Float32Array, name: string): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!
  if (!Number.isFinite(sum)) throw badArgument(name, 'NaN or infinity', 'finite numbers')
  const length = Math.sqrt(sum)
  if (sum > 0 && !(length >= SHORTEST && length <= LONGEST))
    throw badArgument(name, `a vector of length ${length}`, `0, or ${SHORTEST} … ${LONGEST}`)
  return length
}
