// npm's packages and Node 24.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { output, run, SetupError } from './terminal.mjs'

const npm = 'npm'

/** Node 24 from npm, beside the packages. */
export function nodeBinary(root) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
}

/**
 * Installs what package-lock.json pins, and the Node 24 that runs it. Does nothing when both are there.
 *
 * Install scripts stay off (`.npmrc`): one of them downloads a TensorFlow that Loupe does not use. Node's alone is run.
 */
export async function installPackages({ root, terminal }) {
  const stamp = join(root, 'node_modules', '.loupe-packages')
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).update(process.platform + process.arch).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return

  terminal.begin('Installing packages', 'about 250 MB to fetch, 900 MB on disk, into node_modules/')
  if ((await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root })) !== 0) {
    throw new SetupError('npm could not install the packages (its message stands above).', 'Check the network or npm’s registry setting (npm config get registry), then start again; what was fetched is kept.')
  }
  terminal.begin('Adding Node 24', 'about 50 MB; Loupe runs on it whatever Node is installed')
  await run(npm, ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error'], { cwd: root })
  const version = output(nodeBinary(root), ['--version'])
  if (version === null || Number(version.slice(1).split('.')[0]) < 24) {
    throw new SetupError(`Node 24 did not install (found ${version ?? 'none'}).`, 'Run: npm rebuild node --ignore-scripts=false')
  }
  writeFileSync(stamp, wanted)
  terminal.done(`packages and Node ${version.slice(1)}`)
}
