import { extractConcepts } from '../../lib/curate/extract/llm/extract_concepts.ts'
import { openEndpoint } from '../../lib/curate/llm/endpoint.ts'
import type { Claim, Judgement } from '../../lib/curate/validate/claim.ts'
import { debateValidator } from '../../lib/curate/validate/debate.ts'
import { judgeClaims } from '../../lib/curate/validate/judge_claims.ts'
import { llmValidator } from '../../lib/curate/validate/llm_validator.ts'
import { type RelationWorld, type RoleErrors, relationService } from './relation_service.ts'

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
