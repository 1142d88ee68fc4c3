// The API writes times of the office's wall clock: they are shown as they stand, never moved
// into the time zone of the computer.

// dayOf gives the day of a time, 2026-11-20.
export function dayOf(at: string | undefined): string {
  return at ? at.slice(0, 10) : ''
}

// minuteOf gives day and minute of a time, 2026-11-20 09:00.
export function minuteOf(at: string | undefined): string {
  return at ? `${at.slice(0, 10)} ${at.slice(11, 16)}` : ''
}
