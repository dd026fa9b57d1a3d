/** A text of a page, the colours it has on the screen, and how far they stand apart by WCAG 2. */
export type ColouredText = {
  readonly text: string
  readonly colours: string
  readonly contrast: number
}

/** For a browser: every text that is shown, in HTML and in SVG. */
export const colouredTexts = `(() => {
  const parse = (colour) => {
    const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\\d.]+/g) ?? []).map(Number)
    return { r, g, b, a }
  }
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  })
  const behind = (element) => {
    const own = parse(getComputedStyle(element).backgroundColor)
    if (own.a === 1) return own
    return over(own, element.parentElement ? behind(element.parentElement) : { r: 255, g: 255, b: 255, a: 1 })
  }
  const light = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ({ r, g, b }) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b)
  const out = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.data.trim()
    if (text === '' || element.tagName === 'title' || !element.checkVisibility({ checkOpacity: true })) continue
    const style = getComputedStyle(element)
    const below = behind(element)
    const top = over(parse(element instanceof SVGElement ? style.fill : style.color), below)
    const [more, less] = [luminance(top), luminance(below)].sort((one, other) => other - one)
    out.push({
      text: text.slice(0, 40),
      colours: [style.color, style.fill, JSON.stringify(below)].join(' '),
      contrast: (more + 0.05) / (less + 0.05),
    })
  }
  return out
})()`
