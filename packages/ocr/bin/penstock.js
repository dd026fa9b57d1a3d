#!/usr/bin/env node
// Only what Node 14 can parse: its one task is to tell an older Node what the command needs, in a line and not a stack.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  const here = process.versions.node
  console.error(`penstock needs Node 22.19 or newer; this is ${here}. · 需要 Node 22.19 或更新版本，当前为 ${here}。`)
  process.exit(78)
}

// Whoever reads our output may stop reading: `penstock endpoints | head -1`.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  console.error(`✗ ${error.message}`)
  process.exit(74)
})
// What is said beside the results is no reason to lose them.
process.stderr.on('error', () => {})

// In a checkout the sources run as they are, where the export condition leads every package to them.
const fromSource = process.execArgv.some((argument) => argument === '--conditions=source')
void import(fromSource ? '../src/cli/main.ts' : '../dist/js/penstock.js')
  .then(({ main }) => main(process.argv.slice(2)))
  .catch((error) => {
    console.error(error)
    return 70
  })
  .then((code) => (process.exitCode = code))
