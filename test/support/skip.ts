import { test } from 'uvu'

/**
 * Defines a test that not every machine can run. Where it cannot, uvu counts it as skipped, and `npm test` names it with
 * the reason and the command that runs it.
 *
 * @param missing what it needs and this machine lacks; null where it can run
 */
export function testUnless(missing: string | null, name: string, run: () => Promise<void> | void): void {
  if (missing === null) test(name, run)
  else {
    test.skip(name, run)
    console.log(`skipped test: ${name}: ${missing}`)
  }
}
