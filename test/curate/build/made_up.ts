// Sources, validators and domains that a build is tested with, without a model or a file.

import { readCurateConfig } from '../../../lib/curate/build/config.ts'
import type { BuildTools } from '../../../lib/curate/build/run_build.ts'
import { workOn } from '../../../lib/curate/build/work.ts'
import { type Candidate, provenance } from '../../../lib/curate/candidates/candidate.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'

const THINGS = ['boat', 'storm', 'harbour', 'sail', 'anchor', 'captain', 'wave', 'rope', 'deck', 'tide']
const KINDS = ['vessel', 'weather', 'place', 'cloth', 'weight', 'person', 'water', 'cord', 'floor', 'sea']

/** The candidates of a file that says how many: `20.txt`. Of every five, one is a different way of saying the one before. */
export function madeUp(file: string): Candidate[] {
  const count = Number(/(\d+)\.txt$/.exec(file)![1])
  return Array.from({ length: count }, (_, i) => {
    const at = i % 5 === 4 ? i - 1 : i
    const thing = `${THINGS[at % 10]} ${THINGS[Math.floor(at / 10) % 10]}`
    const parent = KINDS[at % 10]!
    return {
      key: null,
      text: `a ${thing} is a ${parent} of the ${THINGS[(at + 3) % 10]}${i === at ? '' : '.'}`,
      type: 'concept',
      surfaceForms: i === at ? [thing] : [thing, `the ${thing}`],
      score: 0.5 + (i % 5) / 10,
      relations: [
        {
          type: 'sibling',
          target: `${THINGS[(at + 1) % 10]} ${THINGS[Math.floor(at / 10) % 10]}`,
          targetIs: 'form',
          weight: 1,
        },
        { type: 'parent', target: `kind of ${parent}`, targetIs: 'form', weight: 0.5 },
      ],
      code: null,
      provenance: provenance('made up', file, { position: i, excerpt: thing }),
    }
  })
}

export interface MadeUp {
  readonly tools: BuildTools
  /** Units that were worked on, candidates that were found. */
  readonly worked: string[]
  readonly found: number[]
}

/** Tools over the candidates above. `before` is called before a unit is worked on. */
export function madeUpTools(before: (worked: number) => void | Promise<void> = () => {}): MadeUp {
  const worked: string[] = []
  const found: number[] = []
  const own = {
    extract: null,
    validate: null,
    run: null,
    usage: () => ({ calls: 1, cached: 0, inputTokens: 10, outputTokens: 2, cost: 0.5 }),
  }
  const tools: BuildTools = {
    encoders: [bagOfWords()],
    fingerprintOf: async ({ files }) => files.join(),
    candidatesOf: async function* ({ files }) {
      for (const file of files)
        for (const candidate of madeUp(file)) {
          found.push(1)
          yield candidate
        }
    },
    passagesOf: async function* () {},
    method: 'made up',
    atOnce: 2,
    work: async (unit, signal) => {
      await before(worked.length)
      worked.push(unit.id)
      return workOn(unit, own, signal)
    },
    rules: null,
    classify: async (texts) =>
      texts.map((text) => {
        const primary = text.includes('vessel') ? 'ships' : 'sea'
        return { primary, confidence: 0.75, scores: { [primary]: 0.75 } }
      }),
    warnings: () => [],
    askAgain: null,
  }
  return { tools, worked, found }
}

/** A configuration of files of these candidates, worked on in small units. */
export function madeUpConfig(out: string, files: readonly string[]): ReturnType<typeof readCurateConfig> {
  return readCurateConfig({
    ...{ out, unit: 7, sources: files.map((file) => ({ kind: 'text', files: file })) },
    crystallise: { keep: 0.05, sameForm: 0.9 },
  })
}
