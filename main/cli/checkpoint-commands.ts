import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { checkpointField, checkpointFormat, checkpointMetric } from '../contract/checkpoint-browser.ts'
import type { CheckpointField, CheckpointFormat, CheckpointMetric } from '../contract/checkpoint-browser.ts'
import type { Action } from './program.ts'

interface PruneFlags {
  readonly keepLast: number
  readonly keepBest?: number
  readonly metric: CheckpointMetric
  readonly olderThan?: number
  readonly includeKept?: boolean
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** Adds `loupe checkpoints` and what can be done with checkpoints. */
export function addCheckpointCommands(options: { readonly command: (usage: string, description: string) => Command; readonly choose: (command: Command, act: Action) => void }): void {
  const { command, choose } = options
  const load = async () => await import('./checkpoints.ts')
  const checkpoints = command('checkpoints [id]', 'lists the checkpoints of a run, a study or all runs, with what they take and what was measured there')
    .option('--filter <filter>', 'of the runs, as in `loupe list`', '')
    .addOption(new Option('--sort <field>', 'what to sort by').choices(checkpointField.options).default('saved'))
    .option('--ascending', 'the least first')
    .option('--kept', 'only those that are kept')
    .action((id: string | undefined, { filter, sort, ascending, kept }: { readonly filter: string; readonly sort: CheckpointField; readonly ascending?: boolean; readonly kept?: boolean }, self: Command) =>
      choose(self, async (invocation) => (await load()).listCheckpoints(invocation, { id: id ?? null, filter, sort: { field: sort, isDescending: ascending !== true }, isKept: kept === true ? true : null })),
    )
  // `--filter` is read by the command above wherever it stands.
  const filterOf = (self: Command) => self.optsWithGlobals<{ readonly filter: string }>().filter
  const sub = (usage: string, description: string) => checkpoints.command(usage).description(description).exitOverride().addOption(new Option('--workspace <dir>').hideHelp()).addOption(new Option('--json').hideHelp())

  sub('prune [id]', 'deletes checkpoints of a run, a study or all runs that no rule keeps; those of runs that train never go')
    .option('--keep-last <count>', 'newest of each run that stay', countNumber, 1)
    .option('--keep-best <count>', 'best of each run by --metric that stay', countNumber)
    .addOption(new Option('--metric <metric>', 'what the best are judged by').choices(checkpointMetric.options).default('validation/accuracy'))
    .option('--older-than <days>', 'only those saved longer ago', dayNumber)
    .option('--include-kept', 'also those that are kept')
    .option('--force', 'also the newest of runs that can be resumed, and where the newest that stays does not read')
    .option('--dry-run', 'say what would go, and delete nothing')
    .addHelpText('after', '\n--filter <filter> chooses runs, as in `loupe list`.')
    .action((id: string | undefined, { keepLast, keepBest, metric, olderThan, includeKept, force, dryRun }: PruneFlags, self: Command) =>
      choose(self, async (invocation) =>
        (await load()).pruneCheckpoints(invocation, { id: id ?? null, filter: filterOf(self), keepLast, keepBest: keepBest === undefined || keepBest === 0 ? null : keepBest, metric, olderThanDays: olderThan ?? null, includesKept: includeKept === true, isForced: force === true, isDryRun: dryRun === true }),
      ),
    )
  sub('verify [id]', 'reads checkpoint files again and compares them with their SHA-256; ends with 1 where one is missing or damaged').action((id: string | undefined, _, self: Command) =>
    choose(self, async (invocation) => (await load()).verifyCheckpoints(invocation, { id: id ?? null, filter: filterOf(self) })),
  )
  sub('export <checkpoint>', 'writes the weights of a checkpoint: NumPy arrays, or the trained model for TensorFlow or TensorFlow.js')
    .requiredOption('--to <path>', 'file to write (npz), or a folder that is new or empty')
    .addOption(new Option('--format <format>', 'what to write').choices(checkpointFormat.options).default('npz'))
    .option('--depth <blocks>', 'blocks of a trained model (default: the first student of a run that distils, else the whole model)', countNumber)
    .action((id: string, { to, format, depth }: { readonly to: string; readonly format: CheckpointFormat; readonly depth?: number }, self: Command) =>
      choose(self, async (invocation) => (await load()).exportCheckpointFiles(invocation, { id, to, format, depth: depth ?? null })),
    )
  sub('compare <checkpoint> <other>', 'says how far the weights of two checkpoints of one model are apart, parameter by parameter').action((one: string, other: string, _, self: Command) =>
    choose(self, async (invocation) => (await load()).compareCheckpointFiles(invocation, { ids: [one, other] })),
  )
  sub('keep <checkpoints...>', 'keeps checkpoints whatever comes after them')
    .option('--label <label>', 'what to call them')
    .action((ids: readonly string[], { label }: { readonly label?: string }, self: Command) => choose(self, async (invocation) => (await load()).keepCheckpoints(invocation, { ids, isKept: true, label: label ?? null })))
  sub('unkeep <checkpoints...>', 'lets newer ones push checkpoints out again').action((ids: readonly string[], _, self: Command) => choose(self, async (invocation) => (await load()).keepCheckpoints(invocation, { ids, isKept: false, label: null })))
}

function countNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 0 on.')
}

function dayNumber(text: string): number {
  const days = text.trim() === '' ? Number.NaN : Number(text)
  if (days >= 0 && Number.isFinite(days)) return days
  throw new InvalidArgumentError('Days are a number from 0 on.')
}
