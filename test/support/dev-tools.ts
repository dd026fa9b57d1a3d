import type { Tab } from './chromium.ts'

/**
 * Opens a HAR file as anybody does, in the Network panel of Chromium's developer tools, and waits for so many requests.
 * Resolves with name, status, type and time of each, as they stand there.
 */
export async function openedHar(tab: Tab, file: string, requests: number): Promise<string[][]> {
  await tab.open('devtools://devtools/bundled/devtools_app.html?panel=network')
  await tab.send('DOM.setFileInputFiles', { files: [file], objectId: await found(tab, 'input[type=file]') })
  return tab.value<string[][]>(
    within(`
      const text = (cell) => (cell.title || cell.textContent).replaceAll('\\u00a0', ' ')
      const rows = () => all('tr.data-grid-data-grid-node')
        .map((row) => Array.from(row.querySelectorAll('td'), text))
        .filter(([name]) => name.includes('://'))
      await until(() => rows().length === ${requests})
      return rows().map(([name, status, type, , , time]) => [name, status, type, time])
    `),
  )
}

/** A handle of the first element that fits, in whatever shadow it stands. */
async function found(tab: Tab, selector: string): Promise<string> {
  const expression = within(`await until(() => all('${selector}').length > 0); return all('${selector}')[0]`)
  const { result } = await tab.send<{ result: { objectId: string } }>('Runtime.evaluate', {
    expression,
    awaitPromise: true,
  })
  return result.objectId
}

const within = (body: string) => `(async () => {
  const all = (selector, root = document) => [
    ...root.querySelectorAll(selector),
    ...Array.from(root.querySelectorAll('*')).flatMap((one) => (one.shadowRoot ? all(selector, one.shadowRoot) : [])),
  ]
  const until = async (there) => {
    while (!there()) await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  ${body}
})()`
