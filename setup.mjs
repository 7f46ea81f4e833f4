// Makes a fresh clone ready: packages, Node 24, libtensorflow, and with --tests a browser.
// Runs on any Node >= 18 with nothing installed; does nothing, quickly, when nothing is missing.
//
//     node setup.mjs            what `npm start` needs
//     node setup.mjs --tests    what `npm test` needs
//     node setup.mjs --gpu      also the CUDA build of TensorFlow
//     node setup.mjs --run FILE ARGUMENTS    and then that program, on Node 24
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

if (Number(process.versions.node.split('.')[0]) < 18) {
  console.error(`Loupe's set-up needs Node 18 or newer; this is ${process.version}. Install a newer Node (nodejs.org), then start again.`)
  process.exit(1)
}

const { createTerminal, SetupError } = await import('./main/setup/terminal.mjs')
const { installPackages } = await import('./main/setup/packages.mjs')
const { installTensorFlow } = await import('./main/setup/tensorflow.mjs')
const { installBrowser } = await import('./main/setup/browser.mjs')
const { handOver } = await import('./main/setup/hand-over.mjs')
const { installElectron } = await import('./main/setup/electron.mjs')

const given = process.argv.slice(2)
const runAt = given.includes('--run') ? given.indexOf('--run') : given.length
const flags = new Set(given.slice(0, runAt))
const [program, ...args] = given.slice(runAt + 1)
const root = dirname(fileURLToPath(import.meta.url))
const terminal = createTerminal(flags.has('--quiet'))

try {
  await installPackages({ root, terminal })
  await installTensorFlow({ root, terminal, gpu: flags.has('--gpu') || process.env.LOUPE_GPU === '1' })
  if (flags.has('--tests')) await installBrowser({ root, terminal })
  else if (!flags.has('--quiet') && process.env.CI === undefined) await installElectron({ root, terminal })
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  terminal.warn(error.message)
  terminal.warn(error.help)
  process.exit(1)
}

if (program !== undefined) process.exit(await handOver({ root, program, args }))
