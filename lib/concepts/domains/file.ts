import { badArgument, describe, VmmError } from '../../core/errors.ts'
import { isSpace } from '../../core/space.ts'
import { parseJson } from '../../io/json.ts'
import {
  readSafetensorsHeader,
  readTensorBytes,
  type SafetensorsEntry,
  writeSafetensors,
} from '../../io/safetensors/file.ts'
import type { Domain, Domains } from './domains.ts'

const FORMAT = '1'

/** What of a domain is JSON; its vectors are rows of the tensors. */
type Entry = Pick<Domain, 'name' | 'parent' | 'count' | 'radius' | 'representatives'>

/**
 * Writes domains to a safetensors file, under a temporary name that is renamed: f32 tensors `centroids` and
 * `variances` [domains, dims]; names, counts, radii and representatives as JSON in its metadata.
 *
 * @throws VmmError BAD_ARGUMENT for a parent that is none of the domains, NOT_FOUND when the folder is missing, BAD_FILE
 *   when writing fails
 * @example
 * ```js
 * import { learnDomains, readDomains, vectorsFrom, writeDomains } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'example-2')
 * await writeDomains('domains.safetensors', learnDomains(vectors, ['sea', 'law']))
 * const { all } = await readDomains('domains.safetensors')
 * console.log(all.map(({ name }) => name)) // [ 'sea', 'law' ]
 * ```
 */
export async function writeDomains(path: string, domains: Domains): Promise<void> {
  const { space, dims, all } = domains
  const orphan = orphanOf(all)
  if (orphan) {
    const given = `${describe(orphan.parent)} for ${describe(orphan.name)}`
    throw badArgument('parents', given, 'names of domains that are written as well')
  }
  const tensor = (name: string, part: (domain: Domain) => Float32Array) => {
    const data = new Float32Array(all.length * dims)
    for (const [i, domain] of all.entries()) data.set(part(domain), i * dims)
    return { name, dtype: 'F32', shape: [all.length, dims], data } as const
  }
  const entries = all.map(
    ({ name, parent, count, radius, representatives }): Entry => ({
      name,
      parent,
      count,
      radius,
      representatives,
    }),
  )
  await writeSafetensors(
    path,
    [tensor('centroids', (d) => d.centroid), tensor('variances', (d) => d.variance)],
    { format: FORMAT, space, domains: JSON.stringify(entries) },
  )
}

/**
 * Reads domains that `writeDomains` wrote.
 *
 * @throws VmmError NOT_FOUND when there is no such file, BAD_FILE when it is damaged or of another kind
 * @example
 * ```js
 * import { growDomains, readDomains, vectorsFrom, writeDomains } from 'vector-mamba'
 *
 * const growing = growDomains({ space: 'example-2', dims: 2 })
 * growing.observe('sea', vectorsFrom(Float32Array.from([1, 0]), 2, 'example-2'))
 * await writeDomains('domains.safetensors', growing.current())
 * const { space, all } = await readDomains('domains.safetensors')
 * console.log(space, all[0].name, all[0].centroid.join()) // example-2 sea 1,0
 * ```
 */
export async function readDomains(path: string): Promise<Domains> {
  const { tensors, metadata } = await readSafetensorsHeader(path)
  const space = metadata.get('space')
  const entries = parseEntries(metadata.get('domains'))
  const found = ['centroids', 'variances'].map((name) => tensors.find((tensor) => tensor.name === name))
  const [count, dims] = found[0]?.shape ?? []
  const fits = found.every(
    (tensor) =>
      tensor?.dtype === 'F32' &&
      tensor.shape.length === 2 &&
      tensor.shape[0] === count &&
      tensor.shape[1] === dims,
  )
  if (metadata.get('format') !== FORMAT || !isSpace(space) || entries === null || !fits || !dims)
    throw damaged(path)
  if (entries.length !== count) throw damaged(path)
  const numbers = await readTensorBytes(path, found as SafetensorsEntry[])
  const [centroids, variances] = numbers.map((bytes) => {
    const data = new Float32Array(bytes)
    if (!data.every(Number.isFinite)) throw damaged(path)
    return data
  }) as [Float32Array, Float32Array]
  const row = (data: Float32Array, i: number) => data.slice(i * dims, (i + 1) * dims)
  return {
    space,
    dims,
    all: entries.map(({ name, parent, count, radius, representatives }, i) => ({
      name,
      parent,
      count,
      centroid: row(centroids, i),
      variance: row(variances, i),
      radius,
      representatives,
    })),
  }
}

function damaged(path: string): VmmError {
  return new VmmError('BAD_FILE', `${path}: not a file of domains, or a damaged one`)
}

function parseEntries(text: string | undefined): Entry[] | null {
  try {
    const list = parseJson(text ?? '', 'domains')
    if (!Array.isArray(list) || !list.every(isEntry)) return null
    const names = new Set(list.map(({ name }) => name))
    return names.size === list.length && !orphanOf(list) ? list : null
  } catch {
    return null
  }
}

/** A domain that is a part of one that there is not. */
function orphanOf<D extends Pick<Domain, 'name' | 'parent'>>(all: readonly D[]): D | undefined {
  const names = new Set(all.map(({ name }) => name))
  return all.find(({ parent }) => parent !== null && !names.has(parent))
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { name, parent, count, radius, representatives } = value as Partial<Record<keyof Entry, unknown>>
  return (
    typeof name === 'string' &&
    name !== '' &&
    (parent === null || typeof parent === 'string') &&
    Number.isSafeInteger(count) &&
    (count as number) >= 0 &&
    Number.isFinite(radius) &&
    (radius as number) >= 0 &&
    Array.isArray(representatives) &&
    representatives.every((text) => typeof text === 'string')
  )
}
