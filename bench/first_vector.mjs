// Prints the milliseconds to the first vector of a published folder, from before the package is imported and from loading
// the model on, as JSON:
//   node bench/first_vector.mjs FOLDER CACHE
const begin = performance.now()
const { loadEncoder } = await import('../dist/index.js')
const imported = performance.now()
const [folder, cacheDir] = process.argv.slice(2)
const model = await loadEncoder(folder, { cacheDir })
await model.encode('The tide was going out.')
const end = performance.now()
console.log(JSON.stringify({ import: end - begin, load: end - imported }))
model.dispose()
