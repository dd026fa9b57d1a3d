import { measured, ratio, type Samples, type Spread } from './harness/samples.ts'

type Bar = { readonly subject: string; readonly label: string; readonly ours?: boolean }

const bars: readonly Bar[] = [
  { subject: 'penstock on undici, eight layers', label: 'Penstock on undici, eight layers', ours: true },
  { subject: 'penstock on undici, whole stack', label: 'Penstock on undici, whole stack', ours: true },
  { subject: 'undici.request', label: 'undici.request, bare' },
  { subject: 'node:http', label: 'node:http, bare' },
  { subject: 'undici.request + cockatiel', label: 'undici.request + cockatiel' },
  { subject: 'smithy, eight layers', label: 'smithy, eight layers' },
  { subject: '@azure/core-rest-pipeline, its pipeline', label: 'Azure core-rest-pipeline' },
  { subject: 'penstock on got, whole stack', label: 'Penstock on got, whole stack', ours: true },
  { subject: 'got, features off', label: 'got, bare, features off' },
  { subject: 'axios + axios-retry + opossum', label: 'axios + axios-retry + opossum' },
  { subject: 'ky, hooks + retry', label: 'ky, hooks + retry' },
  { subject: 'seed: got + hooks + cookies + p-retry + opossum', label: 'got + cookies + p-retry + opossum' },
]

const step = 26
const left = 260
const width = 210
const top = 56

/** Two rows of bars side by side: processor and heap of a GET, as times what a bare undici.request takes. Readable on light and on dark. */
export function plot(runs: readonly Samples[]): string {
  const shown = bars.filter(({ subject }) => measured(runs, subject, 'get64') !== undefined)
  const height = top + shown.length * step + 12
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + 2 * width + 90} ${height}" font-family="system-ui, sans-serif" font-size="13">
<style>text { fill: #24292f } .bar { fill: #9aa4b0 } .own { fill: #0b7a75 } .one { stroke: #8c959f; stroke-dasharray: 3 3 } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } .own { fill: #2dd4bf } }</style>
<text x="4" y="20" font-weight="600">A small GET, 64 at a time: × bare undici.request, less is better</text>
${panel('processor', 'get64', left, shown, runs)}
${panel('heap', 'getHeap', left + width + 50, shown, runs)}
${shown.map(({ label }, index) => `<text x="${left - 10}" y="${top + index * step + 15}" text-anchor="end">${label}</text>`).join('\n')}
</svg>
`
}

function panel(head: string, metric: string, from: number, shown: readonly Bar[], runs: readonly Samples[]): string {
  const found = shown.map(({ subject }) => ratio(runs, subject, 'undici.request', metric)!)
  const scale = (width - 40) / Math.max(...found.map(({ median }) => median))
  const bar = ({ median }: Spread, index: number) => {
    const y = top + index * step
    const length = median * scale
    return `<rect class="${shown[index]!.ours === true ? 'own' : 'bar'}" x="${from}" y="${y}" width="${length.toFixed(1)}" height="${step - 6}" rx="2"/><text x="${(from + length + 6).toFixed(1)}" y="${y + 15}">${median.toFixed(median < 10 ? 2 : 1)}</text>`
  }
  const one = (from + scale).toFixed(1)
  const line = `<line class="one" x1="${one}" x2="${one}" y1="${top - 4}" y2="${top + shown.length * step}"/>`
  return `<text x="${from}" y="${top - 12}">${head}</text>\n${found.map(bar).join('\n')}\n${line}`
}
