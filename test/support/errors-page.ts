import { codes, type Kind, type Verdict, verdicts } from '@penstock/core'

/** Whose fault a kind of trouble is, and what to begin with. */
const kinds: Readonly<Record<Kind, readonly [title: string, whose: string]>> = {
  input: ['What was handed in', 'The caller’s, with `InputError`: nothing was sent.'],
  config: ['What was put together', 'Whoever built the stack or installed it, with `ConfigError`: nothing was sent.'],
  timeout: ['Time', 'The server’s or the network’s, or the bound is too short: `explain()` says where the time went.'],
  network: ['The way', 'The network’s or the server’s. `phase` and `sent` say how far the request came.'],
  tls: ['TLS', 'Whoever runs the server, as long as the clock of this machine is right. Verification has no switch.'],
  proxy: ['Proxies', 'Whoever runs the proxy, or the credentials for it.'],
  reply: ['The reply', 'The server’s: it answered, and not with what was asked for.'],
  limit: ['Limits', 'Nobody’s: more was asked for than there is.'],
  refused: [
    'Said here',
    'This process said no, and sent nothing for it. Not the server’s fault, and not counted as such.',
  ],
  bug: ['Bugs', 'A layer’s, or ours.'],
}

const cell = (text: string) => text.replaceAll('|', '\\|')

/** docs/errors.md: every code, what it means, whose fault it is, what to do. */
export function errorsPage(): string {
  const sections = Object.entries(kinds).flatMap(([kind, [title, whose]]) => {
    const rows = Object.entries(codes).filter(([, entry]) => entry.kind === kind)
    if (rows.length === 0) return []
    const table = rows
      .toSorted(([one], [other]) => one.localeCompare(other, 'en'))
      .map(
        ([code, { meaning, advice }]) =>
          `| \`${code}\` | ${[meaning.en, advice.en, meaning.zh].map(cell).join(' | ')} |`,
      )
    return [`## ${title}\n\n${whose}\n\n| code | what | do | 含义 |\n| --- | --- | --- | --- |\n${table.join('\n')}\n`]
  })
  return `${head}\n${sections.join('\n')}\n${worth()}`
}

const head = `# Every code

Match on \`error.code\`, never on a message. A \`CallError\` also has \`verdict\`, \`kind\`, \`phase\`, \`layer\`, \`retryable\`,
\`retryAfter\`, \`hint\`, and \`explain()\` in English and Chinese. \`STATUS_503\` and its like are what an HTTP status is called
where no vendor's code says more; a vendor's codes stand in its table (\`penstock explain 18\`). Written by
\`npm run errors-page\` from the codes themselves.
`

/** What the verdict of an outcome is worth to the layers that act on it. */
function worth(): string {
  const rows = (Object.keys(verdicts) as Verdict[]).map((verdict) => {
    const { again, blame, healthy } = verdicts[verdict]
    return `| \`${verdict}\` | ${again ? 'yes' : 'no'} | ${blame} | ${healthy ? 'yes' : 'no'} |`
  })
  return `## What a verdict is worth

| verdict | another try may mend it | whose fault | the server is well |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
