import { vectorsFrom } from '../../lib/core/vectors.ts'
import { crystallise } from '../../lib/curate/crystallise/crystallise.ts'
import { extractConcepts } from '../../lib/curate/extract/llm/extract_concepts.ts'
import { openEndpoint } from '../../lib/curate/llm/endpoint.ts'
import type { Claim, Judgement } from '../../lib/curate/validate/claim.ts'
import { debateValidator } from '../../lib/curate/validate/debate.ts'
import { judgeClaims } from '../../lib/curate/validate/judge_claims.ts'
import { llmValidator } from '../../lib/curate/validate/llm_validator.ts'
import { type RelationWorld, type RoleErrors, relationService } from './relation_service.ts'
import { seeded } from './values.ts'

/** How many claims a stage has let through, and how many of them hold. */
export interface StageCounts {
  readonly claims: number
  readonly right: number
}

export interface CurationRun {
  readonly extracted: StageCounts
  readonly validated: StageCounts
  readonly debated: StageCounts
  readonly judgements: readonly Judgement[]
}

/** Extracts, validates and, if so asked, debates what a service knows of a world. */
export async function curationRun(
  world: RelationWorld,
  errors: RoleErrors,
  { batch, debates }: { readonly batch: number; readonly debates: boolean },
): Promise<CurationRun> {
  await using service = await relationService(world, errors)
  const [reader, checker, debater] = ['reader', 'checker', 'debater'].map((model) =>
    openEndpoint({ url: service.url, model, concurrency: 16 }),
  ) as [ReturnType<typeof openEndpoint>, ReturnType<typeof openEndpoint>, ReturnType<typeof openEndpoint>]
  const claims: Claim[] = []
  for (const text of world.passages) {
    const { candidates } = await extractConcepts(reader, { text, source: 'world' })
    for (const { surfaceForms, relations } of candidates)
      for (const { type, target, weight } of relations)
        claims.push({ source: surfaceForms[0]!, type, target, weight })
  }
  const counted = (some: readonly Claim[]): StageCounts => ({
    claims: some.length,
    right: some.filter(({ source, target }) => world.holds(source, target)).length,
  })
  const accepted = (judgements: readonly Judgement[]) =>
    judgements.filter((one) => one.accepted).map(({ claim }) => claim)
  const judgements = await judgeClaims(claims, [llmValidator(checker, { batch })])
  const validated = accepted(judgements)
  const debate = debateValidator({ pro: debater, con: debater, judge: debater })
  const debated = debates ? accepted(await judgeClaims(validated, [debate])) : []
  return { extracted: counted(claims), validated: counted(validated), debated: counted(debated), judgements }
}

/** How many of the things that claims are about are left once they have crystallised, and how many of these are as they are told. */
export interface Crystallised {
  readonly things: StageCounts
  readonly relations: StageCounts
}

const DIMS = 32

/** Crystallises what was judged. In this world the vectors of what belongs together are alike, and those of strays are anywhere. */
export async function crystallisedRun(
  world: RelationWorld,
  judgements: readonly Judgement[],
): Promise<Crystallised> {
  const random = seeded('crystals')
  const drawn = () => Float32Array.from({ length: DIMS }, () => random() * 2 - 1)
  const vectors = new Map<string, Float32Array>()
  for (const { claim } of judgements) {
    const thing = vectors.get(claim.source) ?? drawn()
    const other = drawn()
    const near = world.holds(claim.source, claim.target) ? thing.map((v, i) => v + 0.7 * other[i]!) : other
    vectors.set(claim.source, thing).set(claim.target, near)
  }
  const names = [...vectors.keys()]
  const places = new Map(names.map((name, place) => [name, place]))
  const rows = vectorsFrom([...vectors.values()], DIMS, 'world')
  const { concepts, relations } = await crystallise({
    candidates: names.map((name) => ({ forms: [name], confidence: 1 })),
    vectors: rows,
    formVectors: rows,
    relations: judgements.map(({ claim: { source, target, type, weight }, accepted }) => ({
      ...{ source: places.get(source)!, target: places.get(target)!, type, weight: weight ?? 1, accepted },
    })),
  })
  const left = concepts.map(({ text }) => names[text]!)
  const right = new Set(
    judgements
      .filter(({ claim }) => world.holds(claim.source, claim.target))
      .map(({ claim }) => claim.source),
  )
  const things = left.filter((name) => name.startsWith('thing'))
  const held = relations.filter(({ source, target }) => world.holds(left[source]!, left[target]!))
  return {
    things: { claims: things.length, right: things.filter((name) => right.has(name)).length },
    relations: { claims: relations.length, right: held.length },
  }
}
