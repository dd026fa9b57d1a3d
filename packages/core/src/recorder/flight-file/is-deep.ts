/** Levels of a value: calls within calls have some hundred, and a view must not run out of stack. */
const deepest = 200

/** Whether a value is nested deeper than any view should follow. */
export const isDeep = (value: unknown, level = 0): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (level >= deepest || Object.values(value).some((one) => isDeep(one, level + 1)))
