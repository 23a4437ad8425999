/** What the requests of a user were, on a day (UTC). */
export interface UsageRow {
  readonly day: string
  /** The name of a token; 'local' where none is needed. */
  readonly user: string
  readonly requests: number
  readonly texts: number
  readonly tokens: number
}

/** Counts what was asked for, by day and user, in memory. */
export interface Usage {
  count(user: string, what: Partial<Pick<UsageRow, 'requests' | 'texts' | 'tokens'>>): void
  /** The latest day first. */
  rows(): UsageRow[]
}

const DAYS = 31

/** @param now milliseconds since 1970 */
export function usageOf(now: () => number = Date.now): Usage {
  const days = new Map<string, Map<string, UsageRow>>()
  return {
    count: (user, { requests = 0, texts = 0, tokens = 0 }) => {
      const day = new Date(now()).toISOString().slice(0, 10)
      let users = days.get(day)
      if (users === undefined) {
        users = new Map()
        days.set(day, users)
        for (const old of [...days.keys()].slice(0, -DAYS)) days.delete(old)
      }
      const was = users.get(user) ?? { day, user, requests: 0, texts: 0, tokens: 0 }
      users.set(user, {
        ...{ day, user, requests: was.requests + requests },
        ...{ texts: was.texts + texts, tokens: was.tokens + tokens },
      })
    },
    rows: () => [...days.values()].reverse().flatMap((users) => [...users.values()]),
  }
}
