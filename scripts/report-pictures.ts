/**
 * Draws the pictures of docs/html-report.md: the report of test/support/reported.ts in a real Chromium, by theme, language and medium;
 * and the same calls as a HAR file in its Network panel. With the fonts of the machine, of which one must know Chinese.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { har, htmlReport } from '../packages/core/src/diagnose.ts'
import { startChromium, type Tab } from '../test/support/chromium.ts'
import { openedHar } from '../test/support/dev-tools.ts'
import { reported } from '../test/support/reported.ts'

const out = join(import.meta.dirname, '../docs/images')
const home = mkdtempSync(join(tmpdir(), 'pictures-'))
const { FONTCONFIG_FILE } = process.env

const pictures = [
  { name: 'light', theme: 'light', calls: reported.slice(0, 1), lang: 'en', width: 1000, height: 900 },
  { name: 'dark', theme: 'dark', calls: reported.slice(0, 1), lang: 'en', width: 1000, height: 900 },
  { name: 'zh', theme: 'dark', calls: reported, lang: 'zh', width: 1000, height: 1000 },
  { name: 'certificate', theme: 'light', calls: reported.slice(2), lang: 'zh', width: 1000, height: 1000 },
  { name: 'print', theme: 'dark', media: 'print', calls: reported.slice(0, 1), lang: 'en', width: 794, height: 1123 },
] as const

{
  await using chromium = await startChromium(FONTCONFIG_FILE === undefined ? {} : { FONTCONFIG_FILE })
  for (const { name, theme, calls, lang, width, height, ...rest } of pictures) {
    const file = join(home, `${name}.html`)
    writeFileSync(file, htmlReport(calls, { lang }))
    const tab = await chromium.tab()
    await tab.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 500 })
    const features = [{ name: 'prefers-color-scheme', value: theme }]
    await tab.send('Emulation.setEmulatedMedia', { media: '', ...rest, features })
    await tab.open(pathToFileURL(file).href)
    await picture(tab, `report-${name}`)
  }
  const tab = await chromium.tab()
  await tab.send('Emulation.setDeviceMetricsOverride', {
    width: 1000,
    height: 340,
    deviceScaleFactor: 1,
    mobile: false,
  })
  const archive = har(reported)
  const file = join(home, 'calls.har')
  writeFileSync(file, JSON.stringify(archive))
  await openedHar(tab, file, archive.log.entries.length)
  await picture(tab, 'har-in-chromium')
}
rmSync(home, { recursive: true })

async function picture(tab: Tab, name: string): Promise<void> {
  const { data } = await tab.send<{ data: string }>('Page.captureScreenshot', { format: 'png' })
  writeFileSync(join(out, `${name}.png`), Buffer.from(data, 'base64'))
}
