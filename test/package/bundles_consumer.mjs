// Uses the weights that are packages: prints the next concept after some texts, and what is read back of the first.
//   node bundles_consumer.mjs '["A text."]'
import { loadInverter, loadModel, loadPredictor } from 'vector-mamba'

const model = await loadModel('use-lite')
const predictor = await loadPredictor('vector-mamba-predictor')
const inverter = await loadInverter('vector-mamba-inverter', { encoder: model })
const { vectors } = await model.encode(JSON.parse(process.argv[2]))
const { predictions } = await predictor.predict(vectors)
const [inversion] = await inverter.invert(vectors, { refine: 0 })
const next = Array.from(predictions[0].candidates[0].row(0))
console.log(JSON.stringify({ next, text: inversion.best.text }))
for (const part of [inverter, predictor, model]) part.dispose()
