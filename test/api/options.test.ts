// An option that does not exist is refused by name, wherever options are taken, before anything is done.
import { test } from 'uvu'
import { clusterVectors, discoverDomains } from '../../lib/concepts/domains/clusters.ts'
import { assignExperts } from '../../lib/concepts/domains/experts.ts'
import { growDomains } from '../../lib/concepts/domains/growing.ts'
import { learnDomains } from '../../lib/concepts/domains/learn.ts'
import { wordNetDomains } from '../../lib/concepts/domains/wordnet/domains.ts'
import { openConcepts } from '../../lib/concepts/store/open.ts'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { checkEndpoint } from '../../lib/curate/endpoint_check/check_endpoint.ts'
import { expandConcepts } from '../../lib/curate/expand/expand.ts'
import { graphProposals } from '../../lib/curate/expand/proposers.ts'
import { extractConcepts } from '../../lib/curate/extract/llm/extract_concepts.ts'
import { llmCandidates } from '../../lib/curate/extract/llm/llm_candidates.ts'
import { splitPassages } from '../../lib/curate/extract/llm/passages.ts'
import { openEndpoint } from '../../lib/curate/llm/endpoint.ts'
import { openGguf } from '../../lib/curate/llm/gguf.ts'
import { openSandbox } from '../../lib/curate/sandbox/sandbox.ts'
import { judgeClaims } from '../../lib/curate/validate/judge_claims.ts'
import { wordNetClaims } from '../../lib/curate/validate/known_claims.ts'
import { llmValidator } from '../../lib/curate/validate/llm_validator.ts'
import { ruleValidators } from '../../lib/curate/validate/rules/rules.ts'
import { openDocuments } from '../../lib/data/documents/open.ts'
import { fitRidge } from '../../lib/evaluate/baselines/ridge.ts'
import { copyLast } from '../../lib/evaluate/baselines/simple.ts'
import { comparePredictors } from '../../lib/evaluate/metrics/compare.ts'
import { routingReport } from '../../lib/evaluate/metrics/routing.ts'
import { inversionReport } from '../../lib/evaluate/suites/inversion/report.ts'
import { runInversion } from '../../lib/evaluate/suites/inversion/run.ts'
import { scoreInversion } from '../../lib/evaluate/suites/inversion/score.ts'
import { checkOps } from '../../lib/evaluate/suites/ops.ts'
import { evaluatePredictor } from '../../lib/evaluate/suites/predictor/evaluate.ts'
import { saveInverter } from '../../lib/models/inverter/save.ts'
import { loadLanguageModel } from '../../lib/models/lm/load.ts'
import { loadTextGenerator } from '../../lib/models/lm/load_text_generator.ts'
import { saveLanguageModel } from '../../lib/models/lm/save.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { loadInverter } from '../../lib/models/load_inverter.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { savePredictor } from '../../lib/models/predictor/save.ts'
import { createIndex } from '../../lib/search/text_index/text_index.ts'
import { splitSentences } from '../../lib/text/sentences.ts'
import { trainModel } from '../../lib/train/train_model.ts'
import { bagOfWords } from '../support/bag_of_words.ts'
import { rejects } from '../support/rejects.ts'

const unknown = { nonsense: 1 } as never
const model = bagOfWords()
const vectors = vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'test-2')
const none = {} as never

const calls: Readonly<Record<string, () => unknown>> = {
  assignExperts: () => assignExperts({ space: 'test-2', dims: 2 }, [], 1, unknown),
  checkEndpoint: () => checkEndpoint(unknown),
  checkOps: () => checkOps('cpu', unknown).next(),
  clusterVectors: () => clusterVectors(vectors, 1, unknown),
  comparePredictors: () => comparePredictors([], 2, copyLast, {}, unknown),
  createIndex: () => createIndex(model, unknown),
  discoverDomains: () => discoverDomains(vectors, 1, unknown),
  evaluatePredictor: () => evaluatePredictor(none, none, unknown),
  expandConcepts: () => expandConcepts([], [], unknown).next(),
  extractConcepts: () => extractConcepts(none, none, unknown),
  fitRidge: () => fitRidge({ space: 'test-2', dims: 2 }, [], () => [], unknown),
  graphProposals: () => graphProposals(none, unknown),
  growDomains: () => growDomains({ space: 'test-2', dims: 2 }, unknown),
  inversionReport: () => inversionReport(none, unknown),
  judgeClaims: () => judgeClaims([], [], unknown),
  learnDomains: () => learnDomains(vectors, ['a', 'b'], unknown),
  llmCandidates: () => llmCandidates(none, [], unknown).next(),
  llmValidator: () => llmValidator(none, unknown),
  loadEncoder: () => loadEncoder('none', unknown),
  loadInverter: () => loadInverter('none', unknown),
  loadLanguageModel: () => loadLanguageModel('none', unknown),
  loadPredictor: () => loadPredictor('none', unknown),
  loadTextGenerator: () => loadTextGenerator('none', unknown),
  openConcepts: () => openConcepts(model, unknown),
  openDocuments: () => openDocuments('none', model, unknown),
  openEndpoint: () => openEndpoint(unknown),
  openGguf: () => openGguf(unknown),
  openSandbox: () => openSandbox(unknown),
  routingReport: () => routingReport([], unknown),
  ruleValidators: () => ruleValidators(unknown),
  runInversion: () => runInversion(none, model, [], none, unknown),
  saveInverter: () => saveInverter('none', unknown),
  saveLanguageModel: () => saveLanguageModel('none', unknown),
  savePredictor: () => savePredictor('none', unknown),
  scoreInversion: () => scoreInversion([], unknown),
  splitPassages: () => splitPassages('x', none, unknown),
  splitSentences: () => splitSentences('x', unknown),
  trainModel: () => trainModel('predictor', {}, unknown).next(),
  wordNetClaims: () => wordNetClaims(1, unknown),
  wordNetDomains: () => wordNetDomains(model, unknown),
}

for (const [name, call] of Object.entries(calls))
  test(name, () => rejects(async () => call(), 'BAD_ARGUMENT', /nonsense: no such option; there are \w+/))

test('wordNetDomains has its own concepts', () =>
  rejects(
    () => wordNetDomains(model, { concepts: none } as never),
    'BAD_ARGUMENT',
    /^concepts: no such option/,
  ))

test.run()
