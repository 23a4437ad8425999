// Stores in PostgreSQL are opened, or it is told why not; those of earlier versions are brought up to date.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { PASSWORD, USER } from '../../support/postgres.ts'
import { rejects } from '../../support/rejects.ts'
import { withServers } from './servers.ts'

await withServers(({ one, newSchema }) => {
  const SPACE = 'small-4'
  /** Numbers as if drawn at random, the same each time. */
  const numbers = (seed: number, count: number): Float32Array => {
    let state = seed * 2654435761 + 1
    return Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return state / 2 ** 31
    })
  }

  test('an address that is none, or leads nowhere, is told without its password', async () => {
    const told = async (address: string, code: VmmError['code'], message: RegExp) => {
      try {
        await (await openStore(address, { create: false })).dispose()
      } catch (error) {
        assert.instance(error, VmmError)
        assert.is((error as VmmError).code, code)
        assert.match((error as VmmError).message, message)
        const all = [String(error), String((error as Error).cause), JSON.stringify(error)].join()
        for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'hunter2', 'p@ss'])
          assert.not(all.includes(secret), all)
        return
      }
      assert.unreachable(`expected ${message}`)
    }
    const host = `127.0.0.1:${one.port}`
    const secret = `${USER}:${encodeURIComponent(PASSWORD)}`
    await told(`postgres://${secret}@${host}`, 'BAD_ARGUMENT', /^place: the address names no database/)
    await told('postgres://ada:hunter2%@host/x', 'BAD_ARGUMENT', /^place: .*%40/)
    await told('postgres://ada:hunter2@host:port/x', 'BAD_ARGUMENT', /^place: /)
    await told(
      `postgres://${secret}@${host}/concepts?scheme=a`,
      'BAD_ARGUMENT',
      /no such option 'scheme'; .*schema/,
    )
    for (const schema of ['', 'pg_catalog', 'a\nb', 'ü'.repeat(32)])
      await told(one.address(schema), 'BAD_ARGUMENT', /^place: schema: /)
    await told(one.address(newSchema()), 'NOT_FOUND', /schema store-\d+: there is no store of concepts/)
    await told(one.address('x', 'nowhere'), 'NOT_FOUND', /no such database; make it with createdb/)
    await told(`postgres://${USER}:hunter2@${host}/concepts`, 'SERVICE', /refused the user or the password/)
    await told(`postgresql://nobody:hunter2@${host}/concepts`, 'SERVICE', /refused the user/)
    await told(`postgres://${secret}@127.0.0.1:1/concepts`, 'SERVICE', /does not answer.*ECONNREFUSED/)
    await told(`postgres://${secret}@host.invalid/concepts`, 'SERVICE', /does not answer/)
  })

  test('a schema that holds other things or a newer store is refused', async () => {
    const other = newSchema()
    one.sql(`create schema "${other}" create table guests (name text)`)
    await rejects(() => openStore(one.address(other)), 'BAD_FILE', /no store of concepts, and not empty/)
    const newer = newSchema()
    await (await openStore(one.address(newer))).dispose()
    for (const [format, code, message] of [
      ['update "s".format set format = 7', 'UNSUPPORTED', /has format 7; this version reads format 3/],
      ['update "s".format set format = -1', 'BAD_FILE', /the table format holds .*-1/],
      ['delete from "s".format', 'BAD_FILE', /the table format holds \[\]/],
      ['alter table "s".format drop column format', 'BAD_FILE', /the table format holds/],
    ] as const) {
      one.sql(format.replace('"s"', `"${newer}"`))
      await rejects(() => openStore(one.address(newer)), code, message)
    }
    one.sql(`create database latin encoding 'LATIN1' template template0 locale 'C'`)
    await rejects(() => openStore(one.address('x', 'latin')), 'UNSUPPORTED', /encoding is LATIN1.*UTF8/)
  })

  test('a user that may not add pgvector or a schema is told what is needed', async () => {
    one.sql(`create role guest login password 'hunter2'; create database bare`)
    const place = one.address('mine', 'bare').replace(/\/\/[^@]*@/, '//guest:hunter2@')
    await rejects(() => openStore(place), 'SERVICE', /a superuser has to run `create extension vector`/)
    // It may be in any schema, which need not be on the search path.
    one.sql('create schema "Other Place"; create extension vector schema "Other Place"', 'bare')
    await rejects(
      () => openStore(place),
      'SERVICE',
      /the user lacks a right: .*permission denied for database/,
    )
    one.sql('grant create on database bare to guest')
    one.sql('grant usage on schema "Other Place" to guest', 'bare')
    await using store = await openStore(place)
    await store.addSpace(SPACE, 4)
    await store.upsert([{ id: 'a', text: '', vectors: { [SPACE]: numbers(1, 4) } }])
    assert.is((await store.nearest(vectorsFrom(numbers(1, 4), 4, SPACE), 1))[0]![0]!.id, 'a')
    await store.maintain()
    one.sql('create database old; create role second')
    one.sql('create extension vector', 'old')
    one.sql(`update pg_extension set extversion = '0.7.4' where extname = 'vector'`, 'old')
    await rejects(
      () => openStore(one.address('x', 'old')),
      'SERVICE',
      /has pgvector 0\.7\.4; expected 0\.8 or newer/,
    )
  })

  test('many who open a new store at once all get the same', async () => {
    one.sql('create database fresh')
    const place = one.address('at once', 'fresh')
    const opened = await Promise.all(Array.from({ length: 8 }, () => openStore(place)))
    await Promise.all(opened.map((store) => store.addSpace(SPACE, 4)))
    await Promise.all(opened.map((store, i) => store.addSpace(`own-${i}`, i + 1)))
    await Promise.all(opened.map((store) => store.count()))
    const spaces = opened.map((store) => [...store.spaces].sort())
    for (const list of spaces) assert.equal(list, spaces[0])
    assert.is(spaces[0]!.length, 9)
    const clash = await Promise.allSettled([3, 5].map((dims, i) => opened[i]!.addSpace('clash', dims)))
    assert.is(clash.filter(({ status }) => status === 'rejected').length, 1)
    await Promise.all(opened.map((store) => store.dispose()))
  })

  const migration = (address: string, statement: string): ChildProcess => {
    const script = fileURLToPath(new URL('migration_child.ts', import.meta.url))
    return spawn(process.execPath, [...process.execArgv, script, address, statement], { stdio: 'inherit' })
  }

  test('a migration that is killed in the middle leaves the store as it was', async () => {
    const schema = newSchema()
    const place = one.address(schema)
    {
      await using store = await openStore(place)
      await store.upsert([{ id: 'a', text: 'kept' }])
    }
    const columns = () =>
      one.sql(
        `select count(*) from information_schema.columns where table_schema = '${schema}' and column_name = 'newer'`,
      )
    const child = migration(place, 'select pg_sleep(60)')
    while (
      !/newer|pg_sleep/.test(
        one.sql(
          `select coalesce(string_agg(query, ' '), '') from pg_stat_activity where wait_event = 'PgSleep'`,
        ),
      )
    )
      await sleep(20)
    child.kill('SIGKILL')
    await once(child, 'close')
    one.sql(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'`)
    assert.is(columns(), '0')
    {
      await using store = await openStore(place)
      assert.is((await store.get(['a']))[0]!.text, 'kept')
    }
    // Two at once: one does it, the other waits and finds it done.
    const codes = await Promise.all(
      [1, 2].map(async () => (await once(migration(place, 'select pg_sleep(0.3)'), 'close'))[0]),
    )
    assert.equal(codes, [0, 0])
    assert.is(columns(), '1')
    await rejects(() => openStore(place), 'UNSUPPORTED', /has format 4; this version reads format 3/)
  })

  test('a store from before there was full text, and maps, is brought up to date', async () => {
    const schema = newSchema()
    const place = one.address(schema)
    {
      await using store = await openStore(place)
      await store.addSpace('small-4', 4)
      await store.upsert([
        { id: 'a', text: 'kept' },
        { id: 'long', text: longText() },
      ])
    }
    one.sql(
      `alter table "${schema}".concepts drop column words; alter table "${schema}".spaces drop column map;
       update "${schema}".format set format = 1`,
    )
    await using store = await openStore(place)
    assert.equal(
      (await store.matching('Kept', 5)).map(({ id }) => id),
      ['a'],
    )
    assert.is((await store.matching(longText().slice(0, 5), 5))[0]!.id, 'long')
    assert.is(await store.conceptMap('small-4'), null)
  })

  /** As many different words as a text can have, of letters of four bytes, joined so that they count by themselves, too. */
  function longText(): string {
    const letter = (i: number) => String.fromCodePoint(0x20000 + i)
    return Array.from({ length: 50_000 }, (_, i) => `${letter(i % 251)}${letter(i >> 2)}-${letter(i)}`).join(
      ' ',
    )
  }
})

test.run()
