/** The page of a report in a real Chromium: what it fetches, says on the console, and looks like to those who read it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { htmlReport } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'
import type { Tab } from '../support/chromium.ts'
import { tooFast } from '../support/flights.ts'
import { colouredTexts, type ColouredText } from '../support/contrast.ts'
import { reported } from '../support/reported.ts'
import { sharedChromium } from '../support/shared-chromium.ts'

const chromium = sharedChromium()

let count = 0
function file(text: string): string {
  const path = join(chromium.home, `${++count}.html`)
  writeFileSync(path, text)
  return pathToFileURL(path).href
}

async function shown(text: string, features: Readonly<Record<string, string>> = {}, media = ''): Promise<Tab> {
  const tab = await chromium.tab()
  await tab.send('Emulation.setEmulatedMedia', {
    media,
    features: Object.entries(features).map(([name, value]) => ({ name, value })),
  })
  await tab.open(file(text))
  // every text is looked at, also what is folded away
  await tab.value(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)
  return tab
}

/** What it asked the network for, beside itself, and everything it complained of. */
function troubles({ events }: Tab): string[] {
  const asked = events
    .filter(({ method }) => method === 'Network.requestWillBeSent')
    .map(({ params }) => (params['request'] as { url: string }).url)
    .filter((url) => !url.startsWith('data:'))
  const said = events.filter(({ method }) =>
    ['Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Audits.issueAdded'].includes(method),
  )
  return [...asked.slice(1), ...said.map(({ params }) => JSON.stringify(params))]
}

const page = htmlReport(reported, { versions: { node: 'v24.8.0' } })

describe('the page of a report', () => {
  it('fetches nothing, says nothing on the console and breaks no policy', async () => {
    const tab = await shown(page)
    // what is folded away is open now, and every address in it was looked at
    await tab.value('new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(() => resolve())))')

    expect(troubles(tab)).toEqual([])
    expect(await tab.value('document.querySelectorAll("article").length')).toBe(4)
  })

  it.each([
    ['a picture from elsewhere', '<img src="http://127.0.0.1:9/x.png">', 'img-src data:'],
    ['a script', '<script>console.log(1)</script>', "default-src 'none'"],
    ['a style of its own', '<p style="color:red">', 'style-src'],
    ['another sheet', '<style>body{color:red}</style>', 'style-src'],
  ])('would not be let have %s', async (_, markup, policy) => {
    const tab = await shown(page.replace('<main', `${markup}<main`))

    expect(troubles(tab).join()).toContain(policy)
  })

  it.each([
    ['light', 'rgb(255, 255, 255)'],
    ['dark', 'rgb(20, 27, 40)'],
  ])('has a %s theme, in which every text stands out by 4.5', async (theme, card) => {
    const tab = await shown(page, { 'prefers-color-scheme': theme })
    const texts = await tab.value<ColouredText[]>(colouredTexts)

    expect(await tab.value('getComputedStyle(document.querySelector("article")).backgroundColor')).toBe(card)
    expect(texts.length).toBeGreaterThan(200)
    expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  })

  it('shows one language at a time, chosen by mouse or by keyboard', async () => {
    const tab = await shown(page)
    const seen = () =>
      tab.value<[number, number, number]>(`['en', 'zh-Hans'].map((lang) =>
        Array.from(document.querySelectorAll('.page [lang=' + lang + ']')).filter((one) => one.checkVisibility()).length)`)
    const [english, noChinese] = await seen()
    await tab.value(`document.querySelector('label[for=zh]').click()`)
    const [noEnglish, chinese] = await seen()
    await tab.send('Input.dispatchKeyEvent', {
      type: 'keyDown',
      key: 'ArrowLeft',
      code: 'ArrowLeft',
      windowsVirtualKeyCode: 37,
    })

    expect([noChinese, noEnglish]).toEqual([0, 0])
    expect(english).toBeGreaterThan(100)
    expect(chinese).toBe(english)
    expect(await seen()).toEqual([english, 0])
  })

  it('opens in Chinese where that is asked for', async () => {
    const tab = await shown(htmlReport([tooFast], { lang: 'zh' }))

    expect(await tab.value('document.querySelector("h2").innerText')).toBe('服务器返回 18：每秒请求数超过应用配额。')
  })

  it('prints dark on white whatever the theme, unfolded, and without what only a screen can do', async () => {
    const tab = await shown(page, { 'prefers-color-scheme': 'dark' }, 'print')
    await tab.value(`document.querySelectorAll('details').forEach((one) => { one.open = false })`)
    const hidden = `Array.from(document.querySelectorAll('article > details pre, .chain, .child .call h3'))
      .filter((one) => !one.checkVisibility({ contentVisibilityAuto: true })).length`
    const outside = `Array.from(document.querySelectorAll('.page *'))
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML)`
    // A4 within its margins
    await tab.send('Emulation.setDeviceMetricsOverride', {
      width: 688,
      height: 1000,
      deviceScaleFactor: 1,
      mobile: false,
    })
    const { data } = await tab.send<{ data: string }>('Page.printToPDF', { printBackground: true })

    expect(await tab.value('getComputedStyle(document.querySelector("article")).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    )
    expect(await tab.value('document.querySelector(".languages").checkVisibility()')).toBe(false)
    expect(await tab.value(hidden)).toBe(0)
    expect(await tab.value(outside)).toEqual([])
    expect((await tab.value<ColouredText[]>(colouredTexts)).filter(({ contrast }) => contrast < 4.5)).toEqual([])
    expect(Buffer.from(data, 'base64').toString('latin1')).toMatch(/^%PDF-.*%%EOF\s*$/s)
  })

  it('fits a telephone', async () => {
    const tab = await chromium.tab()
    await tab.send('Emulation.setDeviceMetricsOverride', {
      width: 360,
      height: 740,
      deviceScaleFactor: 2,
      mobile: true,
    })
    await tab.open(file(page))

    expect(await tab.value('document.documentElement.scrollWidth')).toBe(360)
  })

  it('names every picture to those who cannot see it, and has no heading out of its rank', async () => {
    const tab = await shown(page)
    const { nodes } = await tab.send<{ nodes: readonly Node[] }>('Accessibility.getFullAXTree')
    const pictures = nodes.filter(({ role, ignored }) => role?.value === 'image' && !ignored)
    const ranks = await tab.value<number[]>(
      `Array.from(document.querySelectorAll('h1,h2,h3,h4,h5'), (one) => Number(one.tagName[1]))`,
    )

    expect(pictures.length).toBeGreaterThan(20)
    expect(pictures.filter(({ name }) => (name?.value ?? '') === '')).toEqual([])
    expect(ranks.filter((rank, index) => rank > (ranks[index - 1] ?? 0) + 1)).toEqual([])
  })

  it('is selected whole, the command line, with one click', async () => {
    const tab = await shown(page)

    expect(await tab.value('getComputedStyle(document.querySelector("pre")).userSelect')).toBe('all')
  })
})

type Node = { readonly ignored?: boolean; readonly role?: { value: string }; readonly name?: { value: string } }
