/** Runs calls one after another, in the order in which they are made, whether or not those before have failed. */
export function inTurn(): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const done = last.then(call)
    last = done.catch(() => {})
    return done
  }
}
