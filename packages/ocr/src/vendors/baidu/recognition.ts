const always = { probability: true, paragraph: true } as const

/**
 * What `recognize()` asks of each endpoint beside the text, so that lines say all that costs nothing more: `detect_direction`
 * takes the vendor longer, and where there are vertexes they show how a line is turned.
 */
export const asks = {
  generalBasic: always,
  accurateBasic: always,
  general: { ...always, vertexes_location: true },
  accurate: { ...always, vertexes_location: true },
} as const
