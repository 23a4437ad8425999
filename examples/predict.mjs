// Predicts the vector of the sentence after a text, and writes sentences for it.
//   node examples/predict.mjs [text]
import { loadEncoder, loadInverter, loadPredictor, splitSentences } from 'vector-mamba'

const [text = 'The waves rose higher than the rocks. The captain called all hands on deck.'] =
  process.argv.slice(2)

const encoder = await loadEncoder()
const predictor = await loadPredictor()
const inverter = await loadInverter(undefined, { encoder })

const { vectors } = await encoder.encode(splitSentences(text).map((sentence) => sentence.text))
const { predictions } = await predictor.predict(vectors, { candidates: 3, seed: 1 })

// The first candidate is the likeliest; the others take a random step beside it.
for (const candidate of predictions[0].candidates) {
  const [{ best }] = await inverter.invert(candidate, { refine: 256 })
  console.log(`${best.cosine.toFixed(3)}  ${best.text}`)
}
for (const model of [inverter, predictor, encoder]) model.dispose()
