import { join } from 'node:path'
import { cacheDirectory } from '../../io/cache_dir.ts'
import type { Candidate } from '../candidates/candidate.ts'
import type { Drops } from '../candidates/drops.ts'
import { type RelationTypes, relationTypes } from '../candidates/relation_types.ts'
import { extractConcepts } from '../extract/llm/extract_concepts.ts'
import { cacheAnswers } from '../llm/answer_cache.ts'
import type { ChatModel } from '../llm/chat_model.ts'
import { type CostMeter, costMeter } from '../llm/cost.ts'
import { openEndpoint } from '../llm/endpoint.ts'
import { openGguf } from '../llm/gguf.ts'
import { openSandbox, type Sandbox } from '../sandbox/sandbox.ts'
import { allTogether } from '../validate/all_together.ts'
import type { Validator } from '../validate/claim.ts'
import { debateValidator } from '../validate/debate.ts'
import { judgeClaims } from '../validate/judge_claims.ts'
import { llmValidator } from '../validate/llm_validator.ts'
import { watchVotes } from '../validate/vote_watch.ts'
import { runOf } from './code_runs.ts'
import type { CurateConfig, LlmConfig } from './config.ts'
import type { Passage } from './unit.ts'
import { addDropped, NO_USAGE, type Usage } from './unit_result.ts'
import type { WorkTools } from './work.ts'

/** The part of a configuration that workers need. */
export type WorkConfig = Pick<CurateConfig, 'llm' | 'relations' | 'sandbox'>

/** Tools that hold processes and connections. */
export interface OpenWorkTools extends WorkTools {
  /** What is unusual about the answers so far, such as a validator that always says yes. */
  warnings(): readonly string[]
  dispose(): Promise<void>
}

/** The part of a configuration that workers need, as it goes over the wire. */
export function workConfig({ llm, relations, sandbox }: CurateConfig): WorkConfig {
  return { llm, relations, sandbox }
}

/** Another text where units would come out otherwise: what they are worked on with, not how fast. */
export function methodOf({ llm, relations, sandbox }: WorkConfig): string {
  const models = Object.values(llm).map((one) => (one === null ? null : [one.url, one.model]))
  return JSON.stringify([models, relations, sandbox])
}

/**
 * Opens the models and the sandbox that a configuration names.
 *
 * @throws VmmError UNSUPPORTED without a package that is needed; BAD_ARGUMENT, NOT_FOUND for models
 */
export async function openWorkTools(
  { llm, relations, sandbox }: WorkConfig,
  { cacheDir = cacheDirectory() }: { readonly cacheDir?: string | undefined } = {},
): Promise<OpenWorkTools> {
  const types = relationTypes(relations)
  const meter = costMeter()
  const watch = watchVotes()
  const models = new Map<string, ChatModel>()
  const modelOf = async (config: LlmConfig | null): Promise<ChatModel | null> => {
    if (config === null) return null
    const key = JSON.stringify(config)
    const model = models.get(key) ?? (await openModel(config, meter, join(cacheDir, 'answers')))
    models.set(key, model)
    return model
  }
  /** Opened for the first code that is to be run, once for all. */
  let box: Promise<Sandbox> | null = null
  const openBox = sandbox === 'off' ? null : () => (box ??= openSandbox({ level: sandbox }))
  const dispose = async () => {
    // One that did not open has told so to whoever needed it.
    await box?.then((opened) => opened.dispose()).catch(() => {})
    for (const model of models.values()) await model.dispose()
  }
  try {
    const reader = await modelOf(llm.extract)
    const validators = await validatorsOf(llm, modelOf)
    const hasValidators = validators(1).length > 0
    return {
      extract: reader && ((passages, signal) => readPassages(reader, passages, types, signal)),
      validate: hasValidators
        ? async (claims, votes, signal) => {
            const judgements = await judgeClaims(claims, validators(votes), { signal })
            watch.add(judgements)
            return judgements
          }
        : null,
      run: (candidate, signal) => runOf(candidate, openBox, signal),
      usage: usageSince(meter),
      warnings: () => watch.warnings(),
      dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function readPassages(
  model: ChatModel,
  passages: readonly Passage[],
  types: RelationTypes,
  signal: AbortSignal | undefined,
): Promise<{ candidates: readonly Candidate[]; dropped: readonly Drops[] }> {
  const read = await allTogether(passages, signal, (passage, signal) =>
    extractConcepts(model, passage, { types, signal }),
  )
  const dropped = new Map<string, Drops>()
  for (const { dropped: drops } of read) addDropped(dropped, drops)
  return { candidates: read.flatMap(({ candidates }) => candidates), dropped: [...dropped.values()] }
}

/** Who looks at relations: a model that says yes or no, and a debate where there is a judge. */
async function validatorsOf(
  { validate, oppose, judge }: CurateConfig['llm'],
  modelOf: (config: LlmConfig | null) => Promise<ChatModel | null>,
): Promise<(votes: number) => readonly Validator[]> {
  const [pro, con, verdict] = [await modelOf(validate), await modelOf(oppose), await modelOf(judge)]
  const debate = verdict && debateValidator({ pro: pro ?? verdict, con: con ?? verdict, judge: verdict })
  return (votes) => [...(pro ? [llmValidator(pro, { samples: votes })] : []), ...(debate ? [debate] : [])]
}

async function openModel(config: LlmConfig, meter: CostMeter, answers: string): Promise<ChatModel> {
  const { url, model, key, concurrent: concurrency, perMinute } = config
  const own =
    url === ''
      ? await openGguf({ path: model })
      : openEndpoint({
          ...{ url, model, concurrency },
          ...(key !== '' && { apiKeyVariable: key }),
          ...(perMinute > 0 && { requestsPerMinute: perMinute }),
        })
  return meter.count(await cacheAnswers(own, answers))
}

/** What was asked and paid since it was last asked for. */
function usageSince(meter: CostMeter): () => Usage {
  let before = NO_USAGE
  return () => {
    const now = meter.costs().reduce(
      (sum, { answers, cached, inputTokens, outputTokens, dollars }): Usage => ({
        calls: sum.calls + answers,
        cached: sum.cached + cached,
        inputTokens: sum.inputTokens + inputTokens,
        outputTokens: sum.outputTokens + outputTokens,
        cost: sum.cost + (dollars ?? 0),
      }),
      NO_USAGE,
    )
    const since = {
      calls: now.calls - before.calls,
      cached: now.cached - before.cached,
      inputTokens: now.inputTokens - before.inputTokens,
      outputTokens: now.outputTokens - before.outputTokens,
      cost: now.cost - before.cost,
    }
    before = now
    return since
  }
}
