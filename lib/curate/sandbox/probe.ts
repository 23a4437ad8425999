import { startChild } from './child.ts'
import type { Command } from './levels/command.ts'

/** Why a level does not work on this machine; null where it does. */
export async function probe(command: Command): Promise<string | null> {
  const child = startChild(command)
  try {
    await child.ready
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    child.end()
  }
}
