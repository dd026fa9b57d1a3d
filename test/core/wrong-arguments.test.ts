import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { expect, it } from 'vitest'

const transport = scriptedTransport(replies(200))
const stack = pipeline([status()], transport)
const config = (message: string) => expect.objectContaining({ code: 'CONFIG_INVALID', kind: 'config', message })
const noLayer = 'is no layer: make one with layer({ name, slot, run })'

it.each<[string, readonly unknown[], string]>([
  ['no array', [status(), transport], 'the layers are no array'],
  [
    'no transport',
    [[status()]],
    'there is no transport: give gotTransport() or undiciTransport() as the second argument',
  ],
  [
    'a factory that was not called, for a transport',
    [[], () => transport],
    'there is no transport: give gotTransport() or undiciTransport() as the second argument',
  ],
  [
    'a transport that cannot be closed',
    [[], { ...transport, close: undefined }],
    'there is no transport: give gotTransport() or undiciTransport() as the second argument',
  ],
  [
    'a transport that cannot send',
    [[], { ...transport, send: undefined }],
    'there is no transport: give gotTransport() or undiciTransport() as the second argument',
  ],
  ['null for a layer', [[null], transport], `null ${noLayer}`],
  ['an array that was not spread', [[[status()]], transport], `an array ${noLayer}`],
  ['a slot that there is not', [[{ ...status(), slot: 'middle' }], transport], `object ${noLayer}`],
  ['a layer that cannot run', [[{ ...status(), run: 'fast' }], transport], `object ${noLayer}`],
])('pipeline() refuses %s in words', (_, args, message) => {
  expect(() => (pipeline as any)(...args)).toThrow(config(`pipeline: ${message}`))
})

it.each<[string, unknown, string]>([
  ['nothing', undefined, 'pipeline is none: make one with pipeline([…], transport)'],
  [
    'a transport for a pipeline',
    { pipeline: transport, origin: 'https://a.example' },
    'pipeline is none: make one with pipeline([…], transport)',
  ],
  [
    'a function for a pipeline',
    { pipeline: () => transport, origin: 'https://a.example' },
    'pipeline is none: make one with pipeline([…], transport)',
  ],
  [
    'what can be closed and is no function, for a pipeline',
    { pipeline: { close: async () => {} }, origin: 'https://a.example' },
    'pipeline is none: make one with pipeline([…], transport)',
  ],
  [
    'a URL that is no text, for an origin',
    { pipeline: stack, origin: new URL('https://a.example') },
    'origin is not an http or https URL: write it as https://api.example.com',
  ],
  ['no origin', { pipeline: stack }, 'origin is not an http or https URL: write it as https://api.example.com'],
  [
    'an origin with a password',
    { pipeline: stack, origin: 'https://u:p@a.example' },
    'origin may hold no user, query or fragment: put credentials in credential()',
  ],
  [
    'a level that there is not',
    { pipeline: stack, origin: 'https://a.example', diagnose: 'loud' },
    'diagnose is loud: give off, errors, all, wire',
  ],
  [
    'no attempts',
    { pipeline: stack, origin: 'https://a.example', maxAttempts: 0 },
    'maxAttempts is 0: give a number from 1 up',
  ],
])('client() refuses %s in words', (_, options, message) => {
  expect(() => (client as any)(options)).toThrow(config(`client: ${message}`))
})
