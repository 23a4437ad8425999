// More kills of writing processes, and more crashes of servers, than the tests of each kind of store have.
import { join } from 'node:path'
import { test } from 'uvu'
import { temporaryFolder } from '../support/folder.ts'
import { killTests } from './postgres/kill_tests.ts'
import { withServers } from './postgres/servers.ts'
import { surviveKills } from './processes.ts'

test('mapped: 50 kills lose nothing that was acknowledged, and leave nothing half done', () =>
  surviveKills(join(temporaryFolder(), 'killed.store'), { count: 50 }))

await withServers((servers) => killTests(servers, { kills: 50, crashes: 30 }))

test.run()
