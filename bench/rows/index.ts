import type { Group } from '../row.ts'
import { adamwRows } from './adamw.ts'
import { assignClustersRows } from './assign_clusters.ts'
import { attentionRows } from './attention.ts'
import { causalConv1dRows } from './causal_conv1d.ts'
import { chainRows } from './chain.ts'
import { crossEntropyRows } from './cross_entropy.ts'
import { curationRows } from './curation.ts'
import { encodeRows } from './encode.ts'
import { graphRows } from './graph.ts'
import { indexTextsRows } from './index_texts.ts'
import { inverterRows } from './inverter.ts'
import { layerNormRows } from './layer_norm.ts'
import { linearRows } from './linear.ts'
import { lmRows } from './lm.ts'
import { matmulRows } from './matmul.ts'
import { nearestRowsRows } from './nearest_rows.ts'
import { predictorRows } from './predictor.ts'
import { publishedLargeRows, publishedRows } from './published.ts'
import { rmsNormRows } from './rms_norm.ts'
import { runRows } from './run.ts'
import { sandboxRows } from './sandbox.ts'
import { softmaxRows } from './softmax.ts'
import { ssmScanRows } from './ssm_scan.ts'
import { stagesRows } from './stages.ts'
import { storeRows } from './store.ts'
import { storeLanceRows } from './store_lance.ts'
import { storePostgresRows } from './store_postgres.ts'
import { topKRows } from './top_k.ts'
import { vec2textRows } from './vec2text.ts'

/** Everything that is timed, in the order in which it is shown. */
export const groups: readonly Group[] = [
  matmulRows,
  linearRows,
  ssmScanRows,
  attentionRows,
  nearestRowsRows,
  storeRows,
  storeLanceRows,
  stagesRows,
  storePostgresRows,
  graphRows,
  assignClustersRows,
  encodeRows,
  indexTextsRows,
  curationRows,
  sandboxRows,
  publishedRows,
  publishedLargeRows,
  lmRows,
  vec2textRows,
  predictorRows,
  inverterRows,
  chainRows,
  layerNormRows,
  rmsNormRows,
  softmaxRows,
  crossEntropyRows,
  causalConv1dRows,
  adamwRows,
  topKRows,
  runRows,
]
