/** One line of what Prometheus reads. */
export type Sample = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The text format of Prometheus 0.0.4. @throws Error at the first line that is none */
export function samples(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^# (HELP|TYPE) \w+ ./.test(line))
    .map((line) => {
      const [, name, inside = '', value] = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? []
      if (name === undefined) throw new Error(`no line of Prometheus': ${line}`)
      const labels = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(([, label, text]) => [label, text])
      return { name, labels: Object.fromEntries(labels), value: Number(value) }
    })
}

/** The samples of one name, without the buckets of histograms. */
export const named = (text: string, name: string): Omit<Sample, 'name'>[] =>
  samples(text)
    .filter((sample) => sample.name === name)
    .map(({ labels, value }) => ({ labels, value }))
