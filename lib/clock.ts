/**
 * Milliseconds since some moment, by a clock that nobody sets. (`performance.now()` tells the same, but what it loads takes
 * a small day a millisecond.)
 */
export function milliseconds(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
