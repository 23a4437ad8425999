import {
  Field,
  FixedSizeList,
  Float32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { arrowWriter } from '../../../io/arrow_writer.ts'
import { openOutput } from '../../output/file.ts'
import type { VectorBatch, VectorTarget, VectorWriter } from './writer.ts'

type Columns = { index: Int64; text: Utf8; vector: FixedSizeList<Float32> }

/**
 * Arrow IPC with the columns `index`, `text` and `vector` (a FixedSizeList of f32), a record batch at a time: the file
 * format for files, the streaming format for standard output. The schema's metadata name the space.
 */
export async function openArrowWriter(target: VectorTarget): Promise<VectorWriter> {
  const { path, space, dims, context } = target
  const output = await openOutput(path, context)
  const isStream = path === undefined || path === '-'
  const schema = new Schema<Columns>(
    [
      Field.new('index', new Int64(), false),
      Field.new('text', new Utf8(), false),
      Field.new('vector', new FixedSizeList(dims, Field.new('item', new Float32(), false)), false),
    ],
    new Map([['space', space]]),
  )
  const writer = arrowWriter(schema, isStream ? 'stream' : 'file', (bytes) => output.write(bytes))
  return {
    write: (batch) => writer.write(recordBatch(schema, batch)),
    async finish() {
      await writer.finish()
      await output.commit()
    },
    discard: () => output.discard(),
  }
}

function recordBatch(
  schema: Schema<Columns>,
  { indices, texts, vectors }: VectorBatch,
): RecordBatch<Columns> {
  const length = indices.length
  const item = makeData({ type: new Float32(), length: vectors.length, data: vectors })
  const list = schema.fields[2]!.type as FixedSizeList<Float32>
  const index = makeData({ type: new Int64(), length, data: BigInt64Array.from(indices, BigInt) })
  const text = vectorFromArray([...texts], new Utf8()).data[0]!
  const vector = makeData({ type: list, length, child: item })
  const struct = makeData({
    type: new Struct<Columns>(schema.fields),
    length,
    nullCount: 0,
    children: [index, text, vector],
  })
  return new RecordBatch(schema, struct)
}
