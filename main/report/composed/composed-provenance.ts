import type { Pin, PinnedRun } from '../../contract/composed-report.ts'
import type { Block } from '../../contract/report-document.ts'
import { code, facts, heading, paragraph, tableBlock, tableOf } from '../blocks.ts'
import { count, moment } from '../numbers.ts'
import { sourceInWords } from './words.ts'

/** How each number of a composed report came about: what was pinned, when and from which runs; hashes, seeds and versions of each. Nothing for one without data. */
export function composedProvenance(pins: readonly Pin[]): readonly Block[] {
  if (pins.length === 0) return []
  const runs = lastOfEach(pins)
  const unique = (values: readonly (string | null)[]) => [...new Set(values.filter((value) => value !== null))]
  const hashes = unique(runs.map(({ dataHash }) => dataHash))
  return [
    heading('How these numbers came about'),
    paragraph('Each number was read from the log at the moment named here, from what the runs below had logged by then, and has not changed since. The same config, seed, version and device give the same numbers; on a CPU to the bit.'),
    tableBlock(
      'What was pinned, in the order of the report.',
      tableOf(['<Pin', '<What', '<Moment', 'Runs', '<Read by'], pins.map((pin) => [pin.id, sourceInWords(pin.source), moment(pin.at), String(pin.runs.length), `Loupe ${pin.loupe}`])),
    ),
    facts([
      ['Seeds', [...new Set(runs.flatMap(({ seed }) => seed ?? []))].sort((one, other) => one - other).join(', ') || '–'],
      ['Made with', unique(runs.map(({ madeWith }) => madeWith)).join('; ') || 'no run had begun'],
      ['Data hash', hashes.length === 0 ? 'not logged' : hashes.flatMap((hash, index) => [...(index === 0 ? [] : [{ kind: 'text' as const, text: ', ' }]), code(hash)])],
    ]),
    tableBlock(
      'The runs as they were when they were pinned last, with the hash of each one’s config.',
      tableOf(['<Run', '<What for', '<Ended', 'Seed', 'Steps', 'Examples', 'Seconds', '<Config hash'], runs.map((run) => [run.id, run.key || '–', run.status, String(run.seed ?? '–'), count(run.steps), count(run.examples), run.seconds.toFixed(1), run.configHash?.slice(0, 16) ?? '–'])),
    ),
  ]
}

/** A run that was pinned twice stands as it was the second time. By id. */
function lastOfEach(pins: readonly Pin[]): readonly PinnedRun[] {
  const byMoment = [...pins].sort((one, other) => one.at - other.at)
  const runs = new Map(byMoment.flatMap((pin) => pin.runs.map((run) => [run.id, run] as const)))
  return [...runs.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
}
