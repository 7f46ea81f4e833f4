// libtensorflow, out of TensorFlow's wheel, into a cache folder outside the work tree.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { output, run, SetupError } from './terminal.mjs'

/** Where downloads that many clones share are kept. `main/tensorflow/library.ts` looks in the same place. */
export function cacheFolder() {
  if (process.env.LOUPE_CACHE) return process.env.LOUPE_CACHE
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'loupe')
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'loupe')
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'loupe')
}

/**
 * Makes sure that libtensorflow is there: the CPU build, and the CUDA build where it was asked for.
 *
 * @param {{ root: string, terminal: object, gpu: boolean }} options
 */
export async function installTensorFlow({ root, terminal, gpu }) {
  if (process.env.LOUPE_TENSORFLOW) return
  const pins = JSON.parse(readFileSync(join(root, 'resources', 'tensorflow.json'), 'utf8'))
  const builds = pins.builds.filter((build) => build.platform === process.platform && build.architecture === process.arch)
  const cpu = builds.find((build) => build.flavour === 'cpu')
  const cuda = builds.find((build) => build.flavour === 'gpu')
  if (!cpu) {
    throw new SetupError(
      `TensorFlow ${pins.version} has no build for ${process.platform}-${process.arch}.`,
      'Loupe trains on Linux (x64, arm64), macOS (Apple silicon) and Windows (x64). If you have a libtensorflow of this version, name its folder with LOUPE_TENSORFLOW.',
    )
  }
  const hasGpu = cuda !== undefined && output('nvidia-smi', ['-L']) !== null
  if (gpu && !hasGpu) terminal.warn('nvidia-smi does not answer, so the CUDA build is not installed. The CPU is used.')
  if (gpu && hasGpu) {
    // A failure here is not the end: the CPU build does the same work, slower.
    try {
      await installBuild({ pins, build: cuda, terminal })
      return
    } catch (error) {
      terminal.warn(`The CUDA build could not be installed: ${error.message} The CPU is used.`)
    }
  } else if (hasGpu && !isInstalled(pins, cuda)) {
    terminal.note(`  There is an NVIDIA GPU here. To train on it: node setup.mjs --gpu  (${cuda.downloadMb} MB to fetch)`)
  }
  await installBuild({ pins, build: cpu, terminal })
}

function folderOf(pins, build) {
  return join(cacheFolder(), 'tensorflow', `${pins.version}-${build.flavour}`)
}

/** The stamp is written last, so a build that was cut off half way is done again. */
function isInstalled(pins, build) {
  const folder = folderOf(pins, build)
  return existsSync(join(folder, '.complete')) && build.files.every((file) => existsSync(join(folder, file)))
}

async function installBuild({ pins, build, terminal }) {
  if (isInstalled(pins, build)) return
  const python = ['python3', 'python'].find((name) => output(name, ['-m', 'pip', '--version']) !== null)
  if (python === undefined) {
    throw new SetupError('Python 3 with pip is needed to fetch TensorFlow, and neither python3 nor python has it.', 'Install it (Debian: apt install python3-pip; macOS: brew install python; Windows: python.org), then start again.')
  }
  const folder = folderOf(pins, build)
  const downloads = join(cacheFolder(), 'downloads')
  mkdirSync(downloads, { recursive: true })
  mkdirSync(folder, { recursive: true })

  terminal.begin(`Fetching TensorFlow ${pins.version} (${build.flavour})`, `${build.downloadMb} MB to fetch, ${build.unpackedMb} MB on disk, into ${folder}`)
  const wheel = await fetchWheel({ pins, build, python, downloads, terminal })
  terminal.begin('Unpacking its libraries')
  await unpack({ python, wheel, files: build.files, folder })
  for (const companion of build.companions ?? []) {
    terminal.begin(`Fetching ${companion}`)
    if ((await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--upgrade', '--target', folder, companion])) !== 0) {
      throw new SetupError(`pip could not install ${companion}.`, 'Start again: what was fetched is kept.')
    }
  }
  writeFileSync(join(folder, '.complete'), `${build.package} ${pins.version} ${build.sha256}\n`)
  rmSync(wheel, { force: true })
  terminal.done(`TensorFlow ${pins.version} (${build.flavour})`)
}

async function fetchWheel({ pins, build, python, downloads, terminal }) {
  const kept = findWheel(downloads, build)
  if (kept !== null && (await sha256(kept)) === build.sha256) return kept
  const pipVersion = Number(/pip (\d+\.\d+)/.exec(output(python, ['-m', 'pip', '--version']) ?? '')?.[1] ?? 0)
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--platform', build.tag, '--python-version', pins.python, '--implementation', 'cp', '--dest', downloads]
  if (!terminal.isTerminal) args.push('--progress-bar', 'off')
  if (pipVersion >= 25.1) args.push('--resume-retries', '5')
  if ((await run(python, [...args, `${build.package}==${pins.version}`])) !== 0) {
    throw new SetupError('pip could not download TensorFlow (its message stands above).', 'Check the network or pip’s index setting (pip config list), then start again.')
  }
  const wheel = findWheel(downloads, build)
  if (wheel === null) throw new SetupError(`pip said it was done, but ${downloads} has no wheel for ${build.tag}.`, 'Start again; if it stays so, please report it.')
  const found = await sha256(wheel)
  if (found !== build.sha256) {
    rmSync(wheel, { force: true })
    throw new SetupError(`${basename(wheel)} does not match its pinned SHA-256 (expected ${build.sha256}, found ${found}); it was deleted.`, 'Start again. If it happens twice, do not use that package index.')
  }
  return wheel
}

function findWheel(folder, build) {
  const prefix = `${build.package.replaceAll('-', '_')}-`
  const name = readdirSync(folder).find((entry) => entry.startsWith(prefix) && entry.endsWith(`${build.tag}.whl`))
  return name === undefined ? null : join(folder, name)
}

/** @returns {Promise<string>} */
function sha256(path) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    createReadStream(path).on('data', (chunk) => hash.update(chunk)).on('error', reject).on('end', () => resolve(hash.digest('hex')))
  })
}

/** Node has no unzip; Python, which is here for pip, has. Files are written beside their place and renamed. */
async function unpack({ python, wheel, files, folder }) {
  const script = 'import sys, zipfile, shutil, os\nwheel, folder, *files = sys.argv[1:]\nz = zipfile.ZipFile(wheel)\nfor f in files:\n    p = os.path.join(folder, f); os.makedirs(os.path.dirname(p), exist_ok=True)\n    with z.open(f) as a, open(p + ".part", "wb") as b: shutil.copyfileobj(a, b, 1 << 20)\n'
  if ((await run(python, ['-c', script, wheel, folder, ...files])) !== 0) {
    throw new SetupError(`The libraries could not be unpacked into ${folder}.`, 'Check that the disk has room (df -h), then start again.')
  }
  for (const file of files) renameSync(join(folder, `${file}.part`), join(folder, file))
}
