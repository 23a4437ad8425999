// Sends messages to the team whose example sentences they are nearest to, or to a person when none is near.
//   node examples/route-messages.mjs [message…]
import { loadEncoder, similarity } from 'vector-mamba'

const teams = {
  billing: ['I was charged twice.', 'Where is my invoice?', 'I want my money back.'],
  shipping: ['My parcel has not arrived.', 'When will you deliver it?', 'It was sent to the wrong address.'],
  technical: ['The app crashes when I open it.', 'I cannot log in.', 'The page does not load.'],
}
const LEAST = 0.4

const given = process.argv.slice(2)
const messages =
  given.length > 0
    ? given
    : ['You took the money from my card two times.', 'The package still is not here.', 'I like green tea.']

const encoder = await loadEncoder()
const examples = Object.entries(teams).flatMap(([team, texts]) => texts.map((text) => ({ team, text })))
const known = await encoder.encode(examples.map(({ text }) => text))
const asked = await encoder.encode(messages)
encoder.dispose()

similarity(asked.vectors, known.vectors).forEach((row, i) => {
  const score = Math.max(...row)
  const team = score < LEAST ? 'a person' : examples[row.indexOf(score)].team
  console.log(`${score.toFixed(3)}  ${team}: ${messages[i]}`)
})
