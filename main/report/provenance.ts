import { stringify } from 'yaml'
import type { Block, ListedRun } from '../contract/report-document.ts'
import type { RunRecord } from '../contract/records.ts'
import { code, facts, heading, listing, paragraph, text } from './blocks.ts'
import { environmentsOf, seedsOf } from './reported-study.ts'

/** What made the numbers of a report: enough to make them again. */
export interface MadeBy {
  readonly id: string
  readonly configHash: string
  readonly config: unknown
  readonly runs: readonly RunRecord[]
  readonly splitSeed: number
  /** SHA-256 of the data, where the log has it. */
  readonly dataHash: string | null
}

/** How each number came about: hashes, versions, seeds, the runs one by one, the command and the whole config that it takes. */
export function provenance({ id, configHash, config, runs, splitSeed, dataHash }: MadeBy): readonly Block[] {
  const file = `${id}.yaml`
  return [
    heading('How these numbers came about'),
    paragraph('Each number in this report was computed from what the runs below logged, by the version named here. The same config, seeds, version and device give the same numbers; on a CPU to the bit.'),
    facts([
      ['From', [code(id)]],
      ['Config hash', [code(configHash)]],
      ['Data hash', dataHash === null ? 'not logged' : [code(dataHash)]],
      ['Seeds', `${seedsOf(runs).join(', ') || '–'}; data split ${splitSeed}`],
      ['Made with', environmentsOf(runs).join('; ') || 'no run has begun'],
      ['Make it again', [text('save the config below as '), code(file), text(', then '), code(`loupe run ${file}`)]],
      ['All its numbers', [code(`loupe export ${id} --format parquet`)]],
    ]),
    { kind: 'runs', caption: 'The runs, with the first signs of the hash of each one’s config.', runs: runs.map(listed) },
    heading('Config'),
    listing(stringify(config, { lineWidth: 0 })),
  ]
}

function listed({ id, key, status, config, steps, examples, wallMs, configHash, censored }: RunRecord): ListedRun {
  return { id, key, status: censored === true ? `${status}, target not reached` : status, seed: config.seed, steps, examples, seconds: wallMs / 1000, configHash }
}
