import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { toWireError } from '../contract/errors.ts'
import { gradientTarget } from '../contract/gradient-records.ts'
import type { GradientTarget } from '../contract/gradient-records.ts'
import { compareModelsInput } from '../contract/model-comparison.ts'
import { dataConfigOf, widthAndHeight } from './data-options.ts'
import type { DataOptions } from './data-options.ts'
import { importTools } from '../contract/run-import.ts'
import type { ImportTool } from '../contract/run-import.ts'
import { exportChoices } from './export-choices.ts'
import { exitCodeFor, exitCodes } from './exit-code.ts'
import { addCheckpointCommands } from './checkpoint-commands.ts'
import { queueActions, queueEdit } from './queue-arguments.ts'
import { createOutput, drained } from './output.ts'
import type { Output } from './output.ts'
import type { WorkerCommandOptions } from './worker.ts'
import { scheduleHelp, wholeDays } from './report-options.ts'
import { DEFAULT_WORKER_PORT } from '../cluster/default-port.ts'
import { exportFormats } from '../export/formats.ts'
import type { ExportFormat } from '../export/formats.ts'
import { defaultWorkspace } from '../log/default-workspace.ts'
import { sides } from '../methods/gradient-quantization/distributions/threshold.ts'
import type { Side } from '../methods/gradient-quantization/distributions/threshold.ts'
import { loupeVersion } from '../engine/environment.ts'

/** What every command receives beside its own arguments. */
export interface Invocation {
  readonly output: Output
  /** Absolute. */
  readonly workspace: string
}

export type Action = (invocation: Invocation) => Promise<number>

/**
 * Reads the command line and runs one command. Ends the process with its exit code: 0 done, 1 the run failed, 2 bad
 * input, 130 interrupted.
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  let action: { readonly command: Command; readonly act: Action } | null = null
  const program = buildProgram((command, act) => void (action = { command, act }))
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander has printed its help or its complaint.
    return await leave(error.exitCode === 0 ? exitCodes.done : exitCodes.badInput)
  }
  await leave(await perform(action))
}

async function perform(action: { readonly command: Command; readonly act: Action } | null): Promise<number> {
  if (action === null) return exitCodes.done
  const options = action.command.optsWithGlobals<{ readonly json?: boolean; readonly workspace?: string }>()
  const output = createOutput({ isJson: options.json === true })
  try {
    return await action.act({ output, workspace: defaultWorkspace(options.workspace) })
  } catch (error) {
    const wire = toWireError(error)
    output.error(wire)
    return exitCodeFor(wire.code)
  }
}

/** TensorFlow's threads and the log's timers must not keep a finished command alive. */
async function leave(code: number): Promise<void> {
  await drained()
  process.exit(code)
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65535) return port
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
}

function shareNumber(text: string): number {
  const share = text.trim() === '' ? Number.NaN : Number(text)
  if (share > 0 && share <= 1) return share
  throw new InvalidArgumentError('A ratio is a number above 0 and at most 1.')
}

function stepNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A step is a whole number from 0 on.')
}

function workerNumber(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A worker is a whole number from 0 to 63.')
}

function comparedExamples(text: string): number {
  const parsed = compareModelsInput.shape.examples.safeParse(Number(text))
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError('Features are compared on 3 to 4096 examples.')
}

function wholeNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 0 on.')
}

function commaSeparated(text: string): readonly string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}

const filterHelp = `
A filter compares fields of runs, joined by and, or, not and parentheses; what stands side by side must all fit.
  accuracy > 0.9 and method = loss-gap-batch     last value of a metric; best(loss), min(…), max(…) look at all evaluations
  optimizer.learningRate <= 0.01 or model = mlp  any setting of a run's configuration
  status in (running, queued)  starred  tag:paper  duration < 5 min  created > 2026-11-01  created > 7 d ago
  name ~ "first try"  resnet                     contains; a word by itself is searched for in names, tags and notes
Archived runs are left out unless the filter names archived.`

function buildProgram(choose: (command: Command, act: Action) => void): Command {
  const program = new Command('loupe')
    .description('Trains neural networks and studies how they train.')
    .version(loupeVersion)
    .option('--workspace <dir>', 'folder of the log, checkpoints and reports (default: $LOUPE_WORKSPACE, or Loupe in your home folder)')
    .option('--json', 'one JSON object a line on standard output, the result last')
    .exitOverride()
    .showHelpAfterError('Run `loupe --help` to see what there is.')
    .addHelpText('after', '\nExit codes: 0 done, 1 the run failed, 2 bad input, 130 interrupted.')

  /** `--workspace` and `--json` may stand before or after the command's name. */
  const command = (usage: string, description: string) => {
    const made = program.command(usage).description(description).exitOverride()
    return made.addOption(new Option('--workspace <dir>').hideHelp()).addOption(new Option('--json').hideHelp())
  }

  command('doctor', 'says what this machine has: TensorFlow, devices, data sets, browser, Electron').action((_, self: Command) =>
    choose(self, async (invocation) => (await import('./doctor.ts')).doctor(invocation)),
  )
  command('template <method>', 'prints the complete default config of a method (critical-batch-size, loss-gap-batch, gradient-quantization, feature-distillation, channel-decorrelation, or run for a single run)')
    .addOption(new Option('--format <format>', 'yaml has comments').choices(['yaml', 'json']).default('yaml'))
    .action((method: string, { format }: { readonly format: 'yaml' | 'json' }, self: Command) => choose(self, async (invocation) => (await import('./template.ts')).template(invocation, { method, format })))
  command('run <config>', 'trains: a study where the config has a method, else a single run (- reads standard input)').action((config: string, _, self: Command) =>
    choose(self, async (invocation) => (await import('./run.ts')).run(invocation, { config })),
  )
  command('resume <id>', 'goes on with a study or a run that was interrupted, paused, stopped or failed').action((id: string, _, self: Command) =>
    choose(self, async (invocation) => (await import('./run.ts')).resume(invocation, { id })),
  )
  command('branch <run> <config>', 'trains a run with other settings from a checkpoint of another, on the same examples in the same order')
    .option('--step <step>', 'step of the checkpoint (default: the newest)', stepNumber)
    .action((id: string, config: string, { step }: { readonly step?: number }, self: Command) => choose(self, async (invocation) => (await import('./run.ts')).branch(invocation, { id, config, step: step ?? null })))
  command('list', 'lists the studies and single runs of the workspace, or the runs that fit a filter')
    .option('--filter <filter>', 'such as "accuracy > 0.9 and method = loss-gap-batch"')
    .option('--sort <fields>', 'fields, a comma between two; a - in front of one for the greatest first', commaSeparated, [])
    .option('--columns <fields>', 'fields to show, a comma between two', commaSeparated, [])
    .addHelpText('after', filterHelp)
    .action(({ filter, ...options }: { readonly filter?: string; readonly sort: readonly string[]; readonly columns: readonly string[] }, self: Command) => choose(self, async (invocation) => (await import('./list.ts')).list(invocation, { ...options, filter: filter ?? null })))
  command('queue [action] [id] [priority]', 'lists what trains and what waits, in its order, and changes that: move ID, priority ID low|normal|high, hold ID, release ID, cancel ID, pause, resume')
    .option('--before <id>', 'with move: before this one')
    .option('--after <id>', 'with move: after this one')
    .addHelpText('after', `\nActions: ${queueActions.join(', ')}. A queue that a window or \`loupe serve\` has open is changed there; without an action it is always listed.`)
    .action((action: string | undefined, id: string | undefined, priority: string | undefined, options: { readonly before?: string; readonly after?: string }, self: Command) =>
      choose(self, async (invocation) => {
        const { editQueue, listQueue } = await import('./queue.ts')
        return action === undefined || action === 'list' ? await listQueue(invocation) : await editQueue(invocation, queueEdit({ action, id, priority, ...options }))
      }),
    )
  command('show <id>', 'shows a study or a run').action((id: string, _, self: Command) => choose(self, async (invocation) => (await import('./show.ts')).show(invocation, { id })))
  command('export <id>', 'writes everything that was logged of a study or a run: runs, every value, events, records, report')
    .addOption(new Option('--format <format>', 'of the tables').choices(exportFormats).default('csv'))
    .option('--out <dir>', 'folder to write into (default: the id)')
    .option('--force', 'replace files that are there')
    .action((id: string, { out, format, force }: { readonly out?: string; readonly format: ExportFormat; readonly force?: boolean }, self: Command) =>
      choose(self, async (invocation) => (await import('./export.ts')).exportData(invocation, { id, out: out ?? id, format, force: force === true })),
    )
  command('import <path>', 'brings runs of other tools in: TensorBoard event files, MLflow (mlflow.db or mlruns), curves in CSV')
    .addOption(new Option('--from <tool>', 'what it is (default: goes by what is there)').choices(importTools))
    .option('--tag <tags>', 'tags for the runs, a comma between two', commaSeparated, [])
    .option('--dry-run', 'say what would be imported, and import nothing')
    .action((path: string, { from, tag, dryRun }: { readonly from?: ImportTool; readonly tag: readonly string[]; readonly dryRun?: boolean }, self: Command) =>
      choose(self, async (invocation) => (await import('./import.ts')).importForeign(invocation, { path, from: from ?? null, tags: tag, isDryRun: dryRun === true })),
    )
  command('export-model <run>', 'writes the trained model of a run, or a student of it, as a TensorFlow SavedModel and a tfjs graph model, with a card')
    .requiredOption('--to <dir>', 'folder to write into; new or empty')
    .option('--depth <blocks>', 'blocks of the model (default: the first student of a run that distils, else the whole model)', wholeNumber)
    .addOption(new Option('--format <format>', 'which files to write').choices(exportChoices).default('both'))
    .action((id: string, { depth, ...options }: { readonly to: string; readonly depth?: number; readonly format: (typeof exportChoices)[number] }, self: Command) =>
      choose(self, async (invocation) => (await import('./export-model.ts')).exportModelFiles(invocation, { id, ...options, depth: depth ?? null })),
    )
  addCheckpointCommands({ command, choose })
  command('compare <run> <other>', 'says how alike the features of two trained models of the same data are, block by block (linear CKA)')
    .option('--examples <count>', 'validation examples of the first run to compare them on', comparedExamples, 1024)
    .action((run: string, other: string, options: { readonly examples: number }, self: Command) => choose(self, async (invocation) => (await import('./compare.ts')).compareRuns(invocation, { runs: [run, other], ...options })))
  command('report [id]', 'the ready report of a study or a run, or a composed one, as HTML, PDF or LaTeX; without an id what the studies of the last days found and what to do next')
    .option('--list', 'lists the composed reports')
    .option('--days <days>', 'without an id: how many days back', wholeDays, 7)
    .option('--out <file>', 'file to write: .html, .pdf or .tex; without an id HTML (default there: text on standard output)')
    .option('--force', 'with an id: replace a file that is there')
    .option('--dated', 'with an id: say when the report was written')
    .addHelpText('after', scheduleHelp)
    .action((id: string | undefined, options: { readonly list?: boolean; readonly days: number; readonly out?: string; readonly force?: boolean; readonly dated?: boolean }, self: Command) =>
      choose(self, async (invocation) =>
        options.list === true
          ? (await import('./report-list.ts')).reportList(invocation)
          : id === undefined
            ? (await import('./report.ts')).report(invocation, options)
            : (await import('./report-file.ts')).reportFile(invocation, { id, out: options.out, force: options.force === true, dated: options.dated === true }),
      ),
    )
  const data = program.command('data').description('says what a data set is before anything trains on it').exitOverride()
  data
    .command('inspect <path>')
    .description('splits, classes, statistics, duplicates and bad rows of a file, a folder or a bundled data set; exit code 2 where a run would refuse it')
    .exitOverride()
    .addOption(new Option('--workspace <dir>').hideHelp())
    .addOption(new Option('--json').hideHelp())
    .option('--label-column <name>', 'of a CSV or Parquet file (default: the last)')
    .option('--feature-columns <names>', 'of a CSV or Parquet file, a comma between two (default: all but the label)', commaSeparated)
    .option('--image-size <size>', 'width and height of the images of a folder, such as 64x48 (default: that of the first)', widthAndHeight)
    .addOption(new Option('--image-fit <rule>', 'for images of another size').choices(['refuse', 'resize', 'crop']))
    .addOption(new Option('--image-color <channels>', 'of images').choices(['auto', 'grey', 'rgb']))
    .addOption(new Option('--bad-rows <rule>', 'for rows that do not read').choices(['refuse', 'skip']))
    .action((path: string, options: DataOptions, self: Command) => choose(self, async (invocation) => (await import('./data.ts')).inspectData(invocation, { path, config: dataConfigOf(options) })))
  command('fit-points <csv>', 'fits the critical batch size to points measured elsewhere: lines of batch,seed,steps')
    .option('--confidence <share>', 'of the intervals', Number, 0.95)
    .action((csv: string, { confidence }: { readonly confidence: number }, self: Command) => choose(self, async (invocation) => (await import('./fit-points.ts')).fitPointsFile(invocation, { csv, confidence })))
  command('fit <file>', 'fits normal, Laplace, Cauchy and Student-t to the numbers of a file (.npy, .npz, .csv), and says what the threshold of each keeps')
    .option('--ratio <share>', 'of the values to keep, above 0 and at most 1', shareNumber, 0.01)
    .addOption(new Option('--side <side>', 'which tails to keep').choices(sides).default('both'))
    .option('--array <name>', 'array of an .npz that holds several')
    .action((file: string, { array, ...options }: { readonly ratio: number; readonly side: Side; readonly array?: string }, self: Command) => choose(self, async (invocation) => (await import('./fit.ts')).fitFile(invocation, { file, ...options, array: array ?? null })))
  command('gradients <run>', 'fits normal, Laplace, Cauchy and Student-t to the logged gradients of a run whose workers exchange them')
    .option('--step <step>', 'one of the logged steps (default: the last)', stepNumber)
    .option('--worker <worker>', 'by its number', workerNumber, 0)
    .option('--unit <unit>', 'a layer or tensor, by its name (default: all)')
    .addOption(new Option('--target <target>', 'the gradient or weight delta, the values that were compressed, or the error of what was sent').choices(gradientTarget.options).default('values'))
    .action((id: string, { step, unit, ...options }: { readonly step?: number; readonly worker: number; readonly unit?: string; readonly target: GradientTarget }, self: Command) =>
      choose(self, async (invocation) => (await import('./gradients.ts')).gradients(invocation, { id, step: step ?? null, unit: unit ?? null, ...options })),
    )
  command('profile <config>', 'times each operation of a training step of a single run').action((config: string, _, self: Command) =>
    choose(self, async (invocation) => (await import('./profile.ts')).profile(invocation, { config })),
  )
  command('serve', 'serves the window to a browser, on this machine')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for any free one', portNumber)
    .option('--open', 'open a browser')
    .action((options: { readonly host: string; readonly port?: number; readonly open?: boolean }, self: Command) => choose(self, async (invocation) => (await import('./serve.ts')).serve(invocation, options)))
  command('worker', 'lends this machine to runs on others, for training over several machines')
    .option('--listen <address>', 'host:port to listen on; port 0 for any free one', `127.0.0.1:${DEFAULT_WORKER_PORT}`)
    .option('--allow-network', 'listen on an address that other machines reach')
    .option('--threads <count>', 'threads that an operation may use, 0 for all cores (default: as the run says)', wholeNumber)
    .option('--token <token>', 'what a run must show (default: $LOUPE_WORKER_TOKEN)')
    .option('--tensorflow-port <port>', 'port of TensorFlow, for a tunnel or a firewall (default: any free one)', portNumber)
    .action((options: WorkerCommandOptions, self: Command) => choose(self, async (invocation) => (await import('./worker.ts')).worker(invocation, options)))
  return program
}
