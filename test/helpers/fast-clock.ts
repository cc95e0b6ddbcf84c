/** Loaded before the program: its clock goes a thousand times as fast, so what it waits for before it shows it comes at once. */
const { hrtime } = process
const begin = hrtime.bigint()
const faster = (): [number, number] => {
  const nanoseconds = (hrtime.bigint() - begin) * 1000n
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)]
}
process.hrtime = Object.assign(faster, { bigint: hrtime.bigint })
