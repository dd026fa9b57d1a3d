import { get } from 'node:https'
import { startEmulator } from '@penstock/ocr/emulator'
import { describe, expect, it } from 'vitest'
import { emulatorClient } from '../support/emulator-client.ts'

describe('the emulator', () => {
  it('listens on the loopback only', async () => {
    await using emulator = await startEmulator()

    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('speaks TLS with a certificate that its own ca proves', async () => {
    await using emulator = await startEmulator({ https: true })
    const status = await new Promise((resolve, reject) => {
      get(`${emulator.url}/oauth/2.0/token`, { ca: emulator.ca, agent: false }, (response) =>
        resolve(response.resume().statusCode),
      ).on('error', reject)
    })

    expect([emulator.url.startsWith('https://127.0.0.1:'), status]).toEqual([true, 400])
  })

  it('resets a TLS connection too', async () => {
    await using emulator = await startEmulator({ https: true })
    emulator.fault({ kind: 'reset', path: '/' })
    const code = await new Promise((resolve) => {
      get(`${emulator.url}/`, { ca: emulator.ca, agent: false }, resolve).on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code),
      )
    })

    expect(code).toBe('ECONNRESET')
  })

  it('says that its port is taken', async () => {
    await using first = await startEmulator()

    await expect(startEmulator({ port: Number(new URL(first.url).port) })).rejects.toThrow('EADDRINUSE')
  })

  it('may be closed twice', async () => {
    const emulator = await startEmulator()
    await emulator.close()

    await expect(emulator.close()).resolves.toBeUndefined()
  })

  it('gives a seed the same keys, and none two different ones', async () => {
    const keys = async (seed?: number) => {
      await using emulator = await startEmulator(seed === undefined ? {} : { seed })
      return emulator.apiKey + emulator.secretKey
    }

    expect(await keys(7)).toBe(await keys(7))
    expect(await keys()).not.toBe(await keys())
  })

  it('counts every request', async () => {
    await using emulator = await startEmulator()
    const client = emulatorClient(emulator)
    await client.recognize({})
    await client.recognize({})

    expect([emulator.count, emulator.requests.length]).toEqual([3, 3])
  })

  it('answers with a status of its own when told to be strict', async () => {
    await using emulator = await startEmulator({ strictHttpStatus: true })
    const { status, json } = await emulatorClient(emulator).send('/rest/2.0/ocr/v1/general', { method: 'POST' })

    expect([status, json.error_code]).toEqual([401, 100])
  })
})
