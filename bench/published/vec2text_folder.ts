import { join } from 'node:path'
import { buildOnce } from '../../lib/io/build_once.ts'
import type { T5Config } from '../../lib/models/lm/families/t5/config.ts'
import type { Vec2TextConfig } from '../../lib/models/vec2text/config.ts'
import { vec2textParameters } from '../../lib/models/vec2text/parameters.ts'
import { saveVec2Text } from '../../lib/models/vec2text/save.ts'
import { random32 } from '../random.ts'
import { publishedPath, randomTensor } from './folder.ts'
import { languageConfigOf, t5Base } from './language_models.ts'

const name = 'vec2text'
const STAGES = ['hypothesizer', 'corrector'] as const

/** jxm/gtr__nq__32 and its corrector (Morris et al. 2023, arXiv 2310.06816): T5-base that reads vectors of GTR-base. */
export const vec2textPair = STAGES.map(
  (kind): Vec2TextConfig => ({
    ...{ kind, t5: languageConfigOf(t5Base) as T5Config, dims: 768, bottleneck: 768, repeats: 16 },
    ...{ maxTokens: 32, embedder: 'gtr_base', space: null, isShared: false },
  }),
)

export const vec2textPath = publishedPath({ name })

/** A folder with both models of their true sizes, whose weights are random, in f32: a tokenizer they have none. It is written on the first call. */
export function vec2textFolder(): Promise<string> {
  return buildOnce(vec2textPath, async (folder) => {
    for (const config of vec2textPair) await writePart(join(folder, config.kind), config)
  })
}

async function writePart(folder: string, config: Vec2TextConfig): Promise<void> {
  const random = random32(config.kind.length)
  const { 'head.weight': _, ...specs } = vec2textParameters(config)
  const parameters = Object.entries(specs).map(([own, spec]) => {
    const { data } = randomTensor(own, spec, 'F32', random)
    return [own, (data as () => Float32Array)()] as const
  })
  await saveVec2Text(folder, { config, parameters: Object.fromEntries(parameters), about: {}, files: {} })
}
