import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { chooseFiles } from '../../lib/hub/choose.ts'
import { rejects } from '../support/rejects.ts'

const modules = (...types: [path: string, type: string][]) =>
  JSON.stringify(types.map(([path, type]) => ({ path, type: `sentence_transformers.models.${type}` })))

const choose = (paths: readonly string[], texts: Readonly<Record<string, string>> = {}) =>
  chooseFiles(paths, async (path) => texts[path]!, 'some/model')

test('all heads are taken, code and the weights of other programs are not', async () => {
  const wanted = [
    ...[
      '1_Pooling/config.json',
      '2_Dense/config.json',
      '2_Dense_1024/config.json',
      '2_Dense_8192/config.json',
    ],
    ...['config.json', 'config_sentence_transformers.json', 'modules.json', 'sentence_bert_config.json'],
    ...['special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt'],
    ...['2_Dense/model.safetensors', '2_Dense_1024/model.safetensors', '2_Dense_8192/pytorch_model.bin'],
    'model.safetensors',
  ]
  const others = [
    ...[
      '.gitattributes',
      'README.md',
      'configuration.py',
      'modeling.py',
      'pytorch_model.bin',
      'onnx/model.onnx',
    ],
    ...['openvino/openvino_model.xml', 'train_script.py', 'data_config.json', 'rust_model.ot', 'tf_model.h5'],
    ...['2_Dense/pytorch_model.bin', 'onnx/config.json', '2_Dense/modeling.py', '2_Dense/deep/config.json'],
  ]
  const types = [
    ['', 'Transformer'],
    ['1_Pooling', 'Pooling'],
    ['2_Dense_1024', 'Dense'],
    ['3_Normalize', 'Normalize'],
  ] as const
  const texts = { 'modules.json': modules(...(types as unknown as [string, string][])) }
  assert.equal((await choose([...wanted, ...others], texts)).sort(), [...wanted].sort())
  assert.is((await choose([...others, ...wanted], texts)).at(-1), 'model.safetensors')
})

test('one kind of weights: one file before parts, safetensors before .bin, parts by their index', async () => {
  const base = ['config.json', 'tokenizer.json']
  const parts = (ending: string) =>
    ['model-00001-of-00002', 'model-00002-of-00002'].map((name) => name + ending)
  const all = {
    'model.safetensors': [],
    'model.safetensors.index.json': parts('.safetensors'),
    'pytorch_model.bin': [],
    'pytorch_model.bin.index.json': parts('.bin'),
  } as const
  const paths = [
    ...base,
    ...Object.keys(all),
    ...Object.values(all).flat(),
    'model-00003-of-00003.safetensors',
  ]
  const texts = Object.fromEntries(
    Object.entries(all).map(([name, files]) => {
      const map = Object.fromEntries(
        files.flatMap((file, i) => [
          [`a${i}`, file],
          [`b${i}`, file],
        ]),
      )
      return [name, JSON.stringify({ metadata: { total_size: 1 }, weight_map: map })]
    }),
  )
  for (const [name, files] of Object.entries(all)) {
    assert.equal(await choose(paths, texts), [...base, name, ...files])
    paths.splice(paths.indexOf(name), 1)
  }
  await rejects(
    () => choose(paths),
    'NOT_FOUND',
    /^some\/model: it has no weights that are read here: neither/,
  )
})

test('a transformer in a folder of its own', async () => {
  const paths = [
    'modules.json',
    '0_Transformer/config.json',
    '0_Transformer/pytorch_model.bin',
    '1_Pooling/config.json',
  ]
  const texts = {
    'modules.json': modules(['0_Transformer', 'Transformer'], ['1_Pooling', 'Pooling']),
    '0_Transformer/config.json': '{}',
  }
  await rejects(() => choose(paths, texts), 'NOT_FOUND', /no tokenizer that is read here/)
  const all = [...paths, '0_Transformer/vocab.json', '0_Transformer/merges.txt']
  assert.equal((await choose(all, texts)).sort(), [...all].sort())
})

test('models with the tokens of others need none of their own', async () => {
  const paths = ['config.json', 'model.safetensors']
  for (const config of [
    { architectures: ['InversionModel'] },
    { architectures: ['CorrectorEncoderModel'] },
    { d_model: 768, n_layer: 24, ssm_cfg: {} },
  ])
    assert.equal(await choose(paths, { 'config.json': JSON.stringify(config) }), paths)
  const bert = { 'config.json': JSON.stringify({ architectures: ['BertModel'] }) }
  await rejects(() => choose(paths, bert), 'NOT_FOUND', /no tokenizer that is read here/)
})

test('what a model cannot do without is missed by its name', async () => {
  const whole = {
    'config.json': '{}',
    'spiece.model': '',
    'model.safetensors': '',
    '1_Pooling/config.json': '{}',
    '2_Dense/config.json': '{}',
    '2_Dense/model.safetensors': '',
    'modules.json': modules(
      ['', 'Transformer'],
      ['1_Pooling', 'Pooling'],
      ['2_Dense', 'Dense'],
      ['3_Normalize', 'Normalize'],
    ),
  }
  assert.is((await choose(Object.keys(whole), whole)).length, 7)
  for (const [missing, message] of [
    ['config.json', /no config\.json/],
    ['spiece.model', /no tokenizer/],
    ['model.safetensors', /no weights .* model\.safetensors nor/],
    ['1_Pooling/config.json', /no 1_Pooling\/config\.json/],
    ['2_Dense/config.json', /no 2_Dense\/config\.json/],
    ['2_Dense/model.safetensors', /no weights .* 2_Dense\/model\.safetensors nor/],
  ] as const)
    await rejects(
      () =>
        choose(
          Object.keys(whole).filter((path) => path !== missing),
          whole,
        ),
      'NOT_FOUND',
      message,
    )
  await rejects(
    () => choose(['modules.json'], { 'modules.json': 'no' }),
    'BAD_FILE',
    /modules\.json: not JSON/,
  )
})

test.run()
