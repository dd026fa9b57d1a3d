const always = { probability: true, paragraph: true, detect_direction: true } as const

/** What `recognize()` asks of each endpoint beside the text, so that lines say all that the endpoint knows. */
export const asks = {
  generalBasic: always,
  accurateBasic: always,
  general: { ...always, vertexes_location: true },
  accurate: { ...always, vertexes_location: true },
} as const
