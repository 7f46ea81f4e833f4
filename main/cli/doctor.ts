import type { CommandOutput } from '../contract/commands.ts'
import { LoupeError } from '../contract/errors.ts'
import { freeBytes } from '../engine/disk.ts'
import { loupeVersion, platformName } from '../engine/environment.ts'
import { gpuProblem } from '../engine/gpu-problem.ts'
import { findBrowser, findElectron, hasDisplay } from '../setup/programs.mjs'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { projectRoot } from './project-root.ts'

interface Problem {
  readonly message: string
  /** True where nothing can be trained before it is mended. */
  readonly stopsTraining: boolean
}

type TensorFlow = Pick<CommandOutput<'engine.describe'>, 'tensorflow' | 'library' | 'devices' | 'gpuProblem'>

/** `loupe doctor`: what is here, and for each thing that is not, the command that helps. Exit code 1 where training is impossible. */
export async function doctor({ output, workspace }: Invocation): Promise<number> {
  const problems: Problem[] = []
  const blame = (stopsTraining: boolean) => (error: unknown) => {
    problems.push({ stopsTraining, message: error instanceof LoupeError ? error.message : String(error) })
    return null
  }
  const tensorflow = await describeTensorFlow().catch(blame(true))
  const datasets = await describeDatasets().catch(blame(true))
  const free = await freeBytes(workspace).catch(() => null)
  const browser = findBrowser()
  const electron = findElectron(projectRoot)

  if (tensorflow !== null && tensorflow.gpuProblem !== null) problems.push({ stopsTraining: false, message: tensorflow.gpuProblem })
  if (browser === null) problems.push({ stopsTraining: false, message: 'No browser was found: `loupe serve` prints an address to open elsewhere. Debian: apt install chromium.' })
  if (electron === null) problems.push({ stopsTraining: false, message: 'Electron is not downloaded, so `npm start` opens the window in a browser. To get it: npx install-electron' })
  else if (!hasDisplay()) problems.push({ stopsTraining: false, message: 'There is no display for the Electron window (neither DISPLAY nor WAYLAND_DISPLAY is set): use `loupe serve`.' })

  const json = { doctor: { loupe: loupeVersion, node: process.version, platform: platformName, workspace, freeBytes: free, tensorflow, datasets: datasets?.map(({ name, trainExamples, testExamples }) => ({ name, trainExamples, testExamples })) ?? null, browser, electron, problems } }
  const lines: readonly (readonly [string, string])[] = [
    ['Loupe', `${loupeVersion}, Node ${process.version}, ${platformName}`],
    ['Workspace', `${workspace}${free === null ? ' (not there yet)' : `, ${gigabytes(free)} free`}`],
    ['TensorFlow', tensorflow === null ? 'not usable, see below' : `${tensorflow.tensorflow}, ${tensorflow.library}`],
    ...(tensorflow?.devices ?? []).map((device) => ['Device', `${device.name}${device.description ? `, ${device.description}` : ''}, ${gigabytes(device.memoryBytes)}`] as const),
    ...(datasets ?? []).map((dataset) => ['Data set', `${dataset.name}: ${dataset.trainExamples} + ${dataset.testExamples} examples, ${dataset.shape.join('×')}, ${dataset.classes} classes, ${dataset.licence}`] as const),
    ['Browser', browser ?? 'none found'],
    ['Electron', electron ?? 'not downloaded'],
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  output.result({
    json,
    text: [...lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`), '', ...(problems.length === 0 ? ['No problems found.'] : problems.map((problem) => `Problem: ${problem.message}`))].join('\n'),
  })
  return problems.some((problem) => problem.stopsTraining) ? exitCodes.failed : exitCodes.done
}

async function describeTensorFlow(): Promise<TensorFlow> {
  const { realParts } = await import('../engine/real-parts.ts')
  const runtime = await realParts.openRuntime()
  const devices = await runtime.devices()
  return { tensorflow: runtime.version, library: runtime.library, devices: [...devices], gpuProblem: await gpuProblem(devices) }
}

async function describeDatasets() {
  const { describeBundledDatasets } = await import('../training/datasets/index.ts')
  return await describeBundledDatasets()
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`
}
