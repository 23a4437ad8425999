// Stores in PostgreSQL whose writers are killed, and whose server crashes.
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import { storeProcesses, surviveKills } from '../processes.ts'
import type { Servers } from './servers.ts'

export function killTests(
  { one, two, newSchema }: Pick<Servers, 'one' | 'two' | 'newSchema'>,
  { kills, crashes }: { readonly kills: number; readonly crashes: number },
): void {
  const busy = `select count(*) from pg_stat_activity where application_name = 'killed' and state <> 'idle'`

  storeProcesses({
    kills,
    place: (name) => `${one.address(`processes ${name}`)}&application_name=killed`,
    settled: async () => {
      while (one.sql(busy) !== '0') await sleep(20)
    },
  })

  test(`${crashes} crashes of the server lose nothing that was acknowledged, and leave nothing half done`, () =>
    surviveKills(two.address(newSchema()), {
      count: crashes,
      // The process ends by itself then.
      end: () => two.stop('immediate'),
      settled: async () => two.start(),
      watched: false,
    }))
}
