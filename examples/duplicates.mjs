// Groups the lines of a file that say the same in other words.
//   node examples/duplicates.mjs [file] [least cosine]
import { readFile } from 'node:fs/promises'
import { loadEncoder, similarity } from 'vector-mamba'

const [file = new URL('sentences.txt', import.meta.url), least = '0.75'] = process.argv.slice(2)
const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')

const encoder = await loadEncoder()
const { vectors } = await encoder.encode(lines)
encoder.dispose()
const cosines = similarity(vectors, vectors)

// A line joins the first group whose first line is near enough, or begins a group of its own.
const groups = []
for (const i of lines.keys()) {
  const group = groups.find(([first]) => cosines[i][first] >= Number(least))
  if (group) group.push(i)
  else groups.push([i])
}
for (const group of groups) if (group.length > 1) console.log(group.map((i) => lines[i]).join('\n  = '))
