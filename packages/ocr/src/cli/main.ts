import { readFileSync } from 'node:fs'
import { isPenstockError, type Level } from '@penstock/core'
import { printable } from '@penstock/core/diagnose'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { diagnose, diagnoseLevels, levelIn, withLevels } from './diagnose.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { optionsOf, vendorOptions } from './options.ts'
import { type Terminal, terminal } from './terminal.ts'
import { languageOf } from './words.ts'

/**
 * The `penstock` command.
 *
 * @param argv what stands after the command's name
 * @returns the exit code, see `exit-codes.ts`
 */
export async function main(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  signal: AbortSignal = interrupted(),
): Promise<number> {
  const tty = terminal(languageOf(argv, env), env)
  let code: number = exitCodes.ok
  const words = withLevels(argv)
  const level = levelIn(words)
  const command = program(tty, signal, level, (ended) => (code = ended))
  const stop = diagnose(level, tty)
  try {
    await command.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    return failed(error, tty, signal)
  } finally {
    await stop()
  }
}

function failed(error: unknown, { err, paint, language }: Terminal, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (signal.aborted) return signal.reason === 'SIGTERM' ? 143 : 130
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    err(`${paint('red', '✗')} ${printable(error.message)}`)
    return exitCodes.unavailable
  }
  if (!isPenstockError(error)) {
    err(`${paint('red', '✗')} ${printable(String(error instanceof Error ? error.stack : error))}`)
    return exitCodes.internal
  }
  const { message, hint } = language === 'zh' ? error.zh : error
  err(
    `${paint('red', '✗')} ${paint('bold', error.code)} ${printable(error.kind === 'config' ? error.message : message)}${hint === '' ? '' : `\n  → ${printable(hint)}`}`,
  )
  return exitCodeOf(error)
}

function program(tty: Terminal, signal: AbortSignal, level: Level | undefined, end: (code: number) => void): Command {
  const { say } = tty
  const root = dressed(new Command('penstock'), tty)
    .description(say('about'))
    .version(version(), '-V, --version', say('version'))
    .helpCommand('help [command]', say('helpCommand'))
    .option('--lang <language>', say('lang'))
    .addOption(new Option('--diagnose [level]', say('diagnose')).choices(diagnoseLevels))

  const recognize = root
    .command('recognize')
    .description(say('recognize'))
    .argument('<files...>', say('file'))
    .addOption(new Option('--vendor <vendor>', say('vendor')).choices(['baidu']).default('baidu'))
    .addOption(
      new Option('--endpoint <endpoint>', say('endpoint'))
        .choices(['general', 'generalBasic', 'accurate', 'accurateBasic'])
        .default('general'),
    )
    .addOption(new Option('--format <format>', say('format')).choices(['text', 'json']).default('text'))
    .option('--explain', say('explain'), false)
    .option('--capture <file>', say('capture'))
    .option('--yes', say('yes'), false)
  for (const option of vendorOptions(say('vendorOption'))) recognize.addOption(option)
  recognize.action(async (files: string[], { endpoint, format, explain, capture: into, yes, ...rest }) => {
    const { recognizeFiles } = await import('./recognize.ts')
    const recorded = into === undefined ? level : 'wire'
    const flags = { endpoint, format, explain, options: optionsOf(rest), signal, level: recorded } as const
    const { captured } = await import('./capture.ts')
    end(await captured({ capture: into, yes }, tty, () => recognizeFiles(files, flags, tty)))
  })

  root
    .command('emulate')
    .description(say('emulate'))
    .option('--port <port>', say('port'), port, 0)
    .option('--qps <n>', say('qps'), whole)
    .option('--daily <n>', say('daily'), whole)
    .option('--https', say('https'), false)
    .action(async (flags) => {
      const { emulate } = await import('./emulate.ts')
      end(await emulate({ ...flags, signal }, tty))
    })

  root
    .command('explain')
    .description(say('explainCode'))
    .argument('<code>', say('code'))
    .action(async (code) => end((await import('./explain.ts')).explainCode(code, tty)))

  root
    .command('endpoints')
    .description(say('endpoints'))
    .action(async () => end((await import('./endpoints.ts')).listEndpoints(tty)))

  root
    .command('doctor')
    .description(say('doctor'))
    .argument('[words...]', say('doctorWords'))
    .option('--json', say('doctorJson'), false)
    .option('--list-checks', say('listChecks'), false)
    .option('--only <checks>', say('only'))
    .option('--offline', say('offline'), false)
    .option('--spend <n>', say('spend'), whole, 0)
    .option('--image <file>', say('doctorImage'))
    .option('--ca <file>', say('ca'))
    .option('--proxy <url>', say('proxy'))
    .option('--clock-limit <seconds>', say('clockLimit'), whole)
    .option('--capture <file>', say('capture'))
    .option('--yes', say('yes'), false)
    .action(async (words: string[], flags) => {
      const { examine } = await import('./doctor.ts')
      const { captured } = await import('./capture.ts')
      end(await captured(flags, tty, () => examine(words, { ...flags, signal }, tty)))
    })

  root
    .command('report')
    .description(say('report'))
    .argument('<file>', say('flights'))
    .option('--all', say('all'), false)
    .option('--ascii', say('ascii'), false)
    .option('--json', say('json'), false)
    .option('--html <file>', say('html'))
    .option('--har <file>', say('har'))
    .option('--force', say('force'), false)
    .option('--curl', say('curl'), false)
    .action(async (file, flags) => {
      const { report } = await import('./report.ts')
      end(await report(file, flags, tty))
    })

  root
    .command('bundle')
    .description(say('bundle'))
    .argument('<files...>', say('flights'))
    .option('-o, --out <file>', say('bundleOut'), 'penstock-support.zip')
    .option('--doctor <file>', say('doctorFile'))
    .action(async (files, flags) => end(await (await import('./bundle.ts')).bundle(files, flags, tty)))

  root
    .command('replay')
    .description(say('replay'))
    .argument('<file>', say('flights'))
    .option('--stack <module>', say('stackFile'))
    .option('--as-test', say('asTest'), false)
    .action(async (file, flags) => end(await (await import('./replay.ts')).replayFile(file, flags, tty)))

  for (const command of root.commands)
    dressed(command, tty)
      .option('--lang <language>', say('lang'))
      .addOption(new Option('--diagnose [level]', say('diagnose')).choices(diagnoseLevels))
  return root
}

/** Help and errors in the language of the terminal; errors are thrown instead of ending the process. */
function dressed(command: Command, { say, out, err }: Terminal): Command {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': say('usage'),
    'Options:': say('options'),
    'Arguments:': say('arguments'),
    'Commands:': say('commands'),
  }
  return command
    .exitOverride()
    .helpOption('-h, --help', say('help'))
    .configureHelp({ styleTitle: (title) => titles[title] ?? title })
    .configureOutput({
      writeOut: (text) => out(text.replace(/\n$/, '')),
      writeErr: (text) => err(text.replace(/\n$/, '')),
      outputError: (text, write) => write(`${say('usageError', { what: text.trim() })}\n`),
    })
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is due')
  return Number(text)
}

function port(text: string): number {
  const number = whole(text)
  if (number > 65_535) throw new InvalidArgumentError('a port is at most 65535')
  return number
}

const version = (): string => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

/** Ends what runs at the first SIGINT or SIGTERM. A second one ends the process as usual. */
function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(name))
  return controller.signal
}
