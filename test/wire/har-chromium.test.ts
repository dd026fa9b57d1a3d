/** A HAR file of ours, opened as anybody opens one: in the Network panel of a real Chromium's developer tools. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { har } from '@penstock/core/diagnose'
import { expect, it } from 'vitest'
import { openedHar } from '../support/dev-tools.ts'
import { reported } from '../support/reported.ts'
import { sharedChromium } from '../support/shared-chromium.ts'

const chromium = sharedChromium()

it('is taken in by the Network panel, request by request', async () => {
  const file = join(chromium.home, 'calls.har')
  const archive = har(reported)
  writeFileSync(file, JSON.stringify(archive))
  const tab = await chromium.tab()
  const rows = await openedHar(tab, file, archive.log.entries.length)

  expect(rows).toEqual([
    ['https://aip.example.com/oauth/2.0/token', '200 OK', 'fetch', '190 ms'],
    ['https://old.example.com/v1/things/4711', 'Finished', 'fetch', '87 ms'],
    ['https://aip.example.com/rest/2.0/ocr/v1/general_basic', '200 OK', 'fetch', '624 ms'],
    ['https://api.example.com/things', '200 OK', 'fetch', '150 ms'],
    ['https://aip.example.com/rest/2.0/ocr/v1/general_basic', 'Finished', 'fetch', '93 ms'],
    ['https://aip.example.com/rest/2.0/ocr/v1/general_basic', '200 OK', 'fetch', '912 ms'],
  ])
})
