/** Milliseconds since the process began, by a clock that nobody sets; threads have the same. */
export function milliseconds(): number {
  return process.uptime() * 1000
}
