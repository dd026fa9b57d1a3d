/** Of a long list its beginning and its end; `gap` makes what stands between them, of how many are left out. */
export function fewer<Item, Out>(
  list: readonly Item[],
  most: number,
  show: (item: Item, index: number) => Out,
  gap: (count: number) => Out,
): Out[] {
  if (list.length <= most) return list.map(show)
  const half = Math.floor(most / 2)
  const rest = list.length - half
  return [
    ...list.slice(0, half).map(show),
    gap(list.length - 2 * half),
    ...list.slice(rest).map((item, index) => show(item, rest + index)),
  ]
}
