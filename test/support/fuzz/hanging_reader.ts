// A reader that does not end: what fuzz.fuzz.ts runs with a short limit of time.
import { reader } from './failing_reader.ts'
import { fuzz } from './fuzz.ts'

await fuzz(import.meta.url, {
  hang: reader(() => {
    for (;;);
  }),
})
