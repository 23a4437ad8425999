import { Readable } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { linesOf, textOf } from '../../lib/io/lines.ts'

/** A stream of some bytes, in pieces of a length. */
const stream = (bytes: Buffer, length = bytes.length) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
      bytes.subarray(i * length, (i + 1) * length),
    ),
  )

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines) found.push(line)
  return found
}

const PIECES = [1, 2, 3, 5, 64, 1 << 16]

test('UTF-8 is read as it is, with and without a byte order mark, wherever pieces end', async () => {
  const text = 'one\r\n日本 \u{1f600}\n\n\ufeffinner \ufffd mark\u2028same é\ncombin\u0301ing'
  const lines = ['one', '日本 \u{1f600}', '', '\ufeffinner \ufffd mark\u2028same é', 'combin\u0301ing']
  for (const mark of ['', '\ufeff'])
    for (const length of PIECES) {
      const bytes = Buffer.from(mark + text)
      assert.equal(await all(linesOf(stream(bytes, length), 'x')), lines)
      assert.is(await textOf(stream(bytes, length), 'x'), text)
    }
  for (const short of ['', 'a', 'ü', '\ufeff', '\ufeffa']) {
    assert.is(await textOf(stream(Buffer.from(short), 1), 'x'), short.replace('\ufeff', ''))
  }
})

async function refuses(bytes: Buffer, message: RegExp): Promise<void> {
  for (const length of PIECES)
    for (const read of [textOf, async (input: Readable, name: string) => all(linesOf(input, name))]) {
      try {
        await read(stream(bytes, length), 'x')
      } catch (error) {
        assert.instance(error, VmmError)
        assert.is((error as VmmError).code, 'BAD_FILE')
        assert.match((error as Error).message, message)
        continue
      }
      assert.unreachable(`${message} in pieces of ${length}`)
    }
}

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()
const TEXT = 'The first line.\nThe second line.\n'

test('UTF-16 and UTF-32 are named, with and without their marks', async () => {
  const iconv = (encoding: string) =>
    `; expected text in UTF-8: convert it, such as by iconv -f ${encoding} -t UTF-8$`
  const mark = (encoding: string) =>
    new RegExp(`^x: line 1: the byte order mark of ${encoding}${iconv(encoding)}`)
  await refuses(Buffer.from(`\ufeff${TEXT}`, 'utf16le'), mark('UTF-16'))
  await refuses(swapped(`\ufeff${TEXT}`), mark('UTF-16'))
  await refuses(Buffer.from('\ufeff', 'utf16le'), mark('UTF-16'))
  await refuses(Buffer.concat([Buffer.from('\ufeff\0', 'utf16le'), Buffer.alloc(8)]), mark('UTF-32'))
  const plain = (encoding: string) => new RegExp(`^x: line 1: NUL bytes as in ${encoding}${iconv(encoding)}`)
  await refuses(Buffer.from(TEXT, 'utf16le'), plain('UTF-16LE'))
  await refuses(swapped(TEXT), plain('UTF-16BE'))
})

test('other bytes are named, and the line they stand in', async () => {
  const latin = (text: string) => Buffer.from(text, 'latin1')
  const invalid = (line: number, byte: string) =>
    new RegExp(`^x: line ${line}: byte 0x${byte} is not UTF-8; .*iconv -f WINDOWS-1252`)
  await refuses(latin('one\ntwo\nthe caf\xe9 is open\n'), invalid(3, 'E9'))
  await refuses(latin('\xe9t\xe9\n'), invalid(1, 'E9'))
  await refuses(Buffer.concat([Buffer.from('日本\ufffd\n\ufffd\ufeff'), latin('\xff')]), invalid(2, 'FF'))
  await refuses(latin('overlong \xc0\xaf'), invalid(1, 'C0'))
  await refuses(latin('a surrogate \xed\xa0\x80'), invalid(1, 'ED'))
  await refuses(latin('it ends inside a character\n\xe6\x97'), invalid(2, 'E6'))
  await refuses(Buffer.from('one\ntwo\0\0\0three\n'), /^x: line 2: a NUL byte, which no text has; expected/)
  await refuses(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 9, 9]), /^x: line 1: a NUL byte/)
})

test('a line and a text are bounded', async () => {
  const endless = function* (piece: Buffer) {
    for (;;) yield piece
  }
  const piece = Buffer.alloc(1 << 22, 'x')
  const message = async (read: Promise<unknown>) => read.catch((error: Error) => error.message)
  assert.is(
    await message(all(linesOf(Readable.from(endless(piece)), 'x'))),
    'x: a line of more than 16,777,216 characters',
  )
  assert.is(
    await message(textOf(Readable.from(endless(Buffer.alloc(1 << 22, 'x\n'))), 'x')),
    'x: a text of more than 134,217,728 characters',
  )
})

test.run()
