/** By the names of the semantic conventions, where those have one. What is undefined is left out. */
export type Labels = Readonly<Record<string, string | number | undefined>>

export type InstrumentDefinition = {
  readonly kind: 'counter' | 'histogram' | 'gauge'
  /** As OpenTelemetry writes it. */
  readonly name: string
  readonly help: string
  readonly unit: string
  readonly labels: readonly string[]
}

/** Adds to a counter, records into a histogram, sets a gauge. */
export type Instrument = (value: number, labels: Labels) => void

const call = ['operation', 'vendor']
const server = ['server.address', 'server.port']

/** Everything that is measured, once for both libraries, so that they show the same series. */
export const definitions = (prefix: string) =>
  ({
    requests: {
      kind: 'counter',
      name: `${prefix}.requests`,
      help: 'Calls that ended, by their verdict',
      unit: '{request}',
      labels: [...call, 'verdict'],
    },
    failures: {
      kind: 'counter',
      name: `${prefix}.failures`,
      help: 'Calls that failed, by verdict and code',
      unit: '{request}',
      labels: [...call, 'verdict', 'code'],
    },
    retries: {
      kind: 'counter',
      name: `${prefix}.retries`,
      help: 'Attempts after the first',
      unit: '{attempt}',
      labels: call,
    },
    decisions: {
      kind: 'counter',
      name: `${prefix}.decisions`,
      help: 'What layers decided: waits, refusals, circuits that opened, answers from a cache',
      unit: '{decision}',
      labels: [...call, 'layer', 'decision'],
    },
    duration: {
      kind: 'histogram',
      name: `${prefix}.request.duration`,
      help: 'Whole calls: attempts, waits and bodies',
      unit: 's',
      labels: [...call, 'verdict'],
    },
    wait: {
      kind: 'histogram',
      name: `${prefix}.wait.duration`,
      help: 'Waits for a turn, or before another attempt, by the layer that made them',
      unit: 's',
      labels: [...call, 'layer'],
    },
    http: {
      kind: 'histogram',
      name: 'http.client.request.duration',
      help: 'Duration of HTTP client requests',
      unit: 's',
      labels: [
        'http.request.method',
        ...server,
        'url.scheme',
        'http.response.status_code',
        'error.type',
        ...call,
        'verdict',
        'attempt',
      ],
    },
    circuit: {
      kind: 'gauge',
      name: `${prefix}.circuit.state`,
      help: 'Latest turn of a circuit breaker: 0 closed, 1 half-open, 2 open',
      unit: '1',
      labels: [...server, 'layer'],
    },
  }) as const satisfies Record<string, InstrumentDefinition>

export type Instruments = Readonly<Record<keyof ReturnType<typeof definitions>, Instrument>>

/** Seconds, as the semantic conventions advise. */
export const advisedBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const

/** @param make one instrument of a library's own */
export function instrumentsOf(prefix: string, make: (definition: InstrumentDefinition) => Instrument): Instruments {
  const made = Object.entries(definitions(prefix)).map(([key, definition]) => [key, make(definition)] as const)
  return Object.fromEntries(made) as Record<keyof Instruments, Instrument>
}
