/** A point in pixels of the image as given, from its top left. */
export type Point = { readonly x: number; readonly y: number }

/** Four corners, clockwise from the top left of the text as it is read: of a line turned upside down, the lower right. */
export type Box = readonly [topLeft: Point, topRight: Point, bottomRight: Point, bottomLeft: Point]

/** A box from corners that start at the text's top left; vendors that go counter-clockwise are turned round. */
export const box = (corners: readonly Point[]): Box | undefined => {
  const [a, b, c, d, ...more] = corners.map(({ x, y }) => ({ x, y }))
  if (!a || !b || !c || !d || more.length > 0) return undefined
  // y grows downwards, so a positive area is clockwise
  const area = (c.x - a.x) * (d.y - b.y) - (c.y - a.y) * (d.x - b.x)
  return area < 0 ? [a, d, c, b] : [a, b, c, d]
}

/**
 * A box from an upright rectangle around text that is turned clockwise by a multiple of 90°. Turned so, the text's top
 * left is another corner of the rectangle.
 */
export const uprightBox = (
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  angle = 0,
): Box => {
  const corners: Box = [
    { x: left, y: top },
    { x: left + width, y: top },
    { x: left + width, y: top + height },
    { x: left, y: top + height },
  ]
  const turns = (((Math.round(angle / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3
  return [...corners.slice(turns), ...corners.slice(0, turns)] as unknown as Box
}

/** Degrees that the text is turned clockwise, from -180 (excluded) to 180, to a tenth: the direction of its top edge. */
export const slant = ([topLeft, topRight]: Box): number => {
  const degrees = (Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x) * 180) / Math.PI
  const rounded = Math.round(degrees * 10) / 10
  return rounded === -180 ? 180 : rounded + 0
}
