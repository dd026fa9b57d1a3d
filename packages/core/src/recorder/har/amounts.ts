/** Milliseconds: 0 for what is no such number, as a file may say. */
export const amount = (value: number | undefined): number =>
  value !== undefined && value >= 0 && value <= 1e15 ? value : 0

/** Of bytes. */
export const count = (value: number): number => Math.floor(amount(value))

const last = Date.UTC(9999, 11, 31)

/** As HAR has it, in a year of four digits; the epoch for a time that cannot be read. @param after milliseconds */
export function dateTime(from: string, after = 0): string {
  const time = Date.parse(from) + after
  return new Date(Number.isNaN(time) ? 0 : Math.min(last, Math.max(0, time))).toISOString()
}
