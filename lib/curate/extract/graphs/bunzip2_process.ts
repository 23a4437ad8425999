// Decompresses its input. A process of its own: unbzip2-stream takes all of a core, and a damaged file may end it.
const { default: unbzip2 } = await import('unbzip2-stream')

const decompress = unbzip2()
decompress.on('error', (error: Error) => {
  process.stderr.write(error.message)
  process.exitCode = 1
})
process.stdin.pipe(decompress).pipe(process.stdout)
