import { badArgument, check, describe } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { checkText, MODALITIES } from './check_record.ts'
import type { ConceptFilter, StoredConcept } from './record.ts'

const FILTERS: OptionNames<ConceptFilter> = {
  domains: true,
  modalities: true,
  types: true,
  sources: true,
  documents: true,
  text: true,
  gps: true,
}

/** Throws BAD_ARGUMENT naming what is no condition. */
export function checkFilter(filter: ConceptFilter, name = 'filter'): void {
  refuseUnknown(filter, FILTERS, `${name}.`)
  for (const field of ['domains', 'modalities', 'types', 'sources', 'documents'] as const) {
    const wanted: unknown = filter[field]
    if (wanted === undefined) continue
    check(Array.isArray(wanted), `${name}.${field}`, wanted, 'an array of texts')
    for (const [i, one] of (wanted as unknown[]).entries()) checkText(one, `${name}.${field}[${i}]`)
  }
  for (const [i, one] of (filter.modalities ?? []).entries())
    check(MODALITIES.includes(one), `${name}.modalities[${i}]`, one, MODALITIES.join(', '))
  if (filter.text !== undefined) checkText(filter.text, `${name}.text`)
  if (filter.gps !== undefined) {
    check(Array.isArray(filter.gps), `${name}.gps`, filter.gps, 'a range for each coordinate')
    for (const [i, range] of filter.gps.entries()) {
      const fits =
        range === null || (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite))
      if (!fits) throw badArgument(`${name}.gps[${i}]`, describe(range), 'least and greatest value, or null')
    }
  }
}

/** Whether concepts fulfil a filter. A range of a coordinate is not fulfilled by a concept that lacks it. */
export function matcherOf(filter: ConceptFilter): (concept: StoredConcept) => boolean {
  const { domains, modalities, types, sources, documents, text, gps } = filter
  const part = text?.toLowerCase()
  return (concept) =>
    isOneOf(concept.primaryDomain, domains) &&
    isOneOf(concept.modality, modalities) &&
    isOneOf(concept.type, types) &&
    isOneOf(concept.sourceDataset, sources) &&
    isOneOf(concept.document, documents) &&
    (gps === undefined || isWithin(concept.gps ?? [], gps)) &&
    (part === undefined || concept.text.toLowerCase().includes(part))
}

function isOneOf(value: string | null, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value))
}

/** Whether a point lies in the ranges of its coordinates, ends included. */
export function isWithin(point: ArrayLike<number>, ranges: NonNullable<ConceptFilter['gps']>): boolean {
  return ranges.every(
    (range, i) => range === null || (i < point.length && point[i]! >= range[0] && point[i]! <= range[1]),
  )
}
