import type { DistillationConfig, ExtractorInit } from '../../contract/distillation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArray, HostArrays } from '../../tensorflow/runtime.ts'
import type { Chain } from './chain.ts'
import { exitPrefix } from './chain.ts'

/** The trained parameters of another run, as its last checkpoint holds them. */
export interface TrainedWeights {
  readonly step: number
  /** By plain names, such as `block1/norm1/scale`. */
  readonly parameters: HostArrays
}

export type ReadWeights = (run: string) => Promise<TrainedWeights>

/** What was loaded for one extractor. */
export interface LoadedWeights {
  readonly extractor: 'front' | 'rear'
  readonly fromRun: string
  readonly step: number
  /** Tensors that were taken, and that start at random all the same. */
  readonly loaded: number
  readonly left: number
}

/**
 * The initial parameters of a chain, those of its extractors replaced as the config says: by a trained run's (source, claim 3), or the second's
 * blocks by copies of the first's last one.
 *
 * A tensor is looked up under its own name, a student's head also under the name that the same head has in a model that ends there.
 *
 * @param readWeights  Null for a trial, which leaves at random what another run would give.
 * @throws LoupeError `shape-mismatch` that lists what is missing or of another shape, unless a partial load is allowed.
 */
export async function loadWeights(chain: Chain, { frontInit, rearInit }: Pick<DistillationConfig, 'frontInit' | 'rearInit'>, initial: HostArrays, readWeights: ReadWeights | null): Promise<{ readonly parameters: HostArrays; readonly loaded: readonly LoadedWeights[] }> {
  const parameters: Record<string, HostArray> = { ...initial }
  const loaded: LoadedWeights[] = []
  for (const [extractor, init, names] of [['front', frontInit, chain.frontNames.filter((name) => !name.startsWith('adaptor'))], ['rear', rearInit, chain.rearNames]] as const) {
    if (init.kind === 'random') continue
    if (init.kind === 'copy-front') {
      Object.assign(parameters, copiedBlocks(chain, extractor, { ...parameters }))
      continue
    }
    if (readWeights === null) continue
    const { step, parameters: saved } = await readWeights(init.run)
    const taken = takeFitting({ init, extractor, names, initial, saved })
    Object.assign(parameters, taken)
    const count = Object.keys(taken).length
    loaded.push({ extractor, fromRun: init.run, step, loaded: count, left: names.length - count })
  }
  return { parameters, loaded }
}

function takeFitting({ init, extractor, names, initial, saved }: { readonly init: Extract<ExtractorInit, { kind: 'run' }>; readonly extractor: string; readonly names: readonly string[]; readonly initial: HostArrays; readonly saved: HostArrays }): HostArrays {
  const taken: Record<string, HostArray> = {}
  const problems: string[] = []
  for (const name of names) {
    const wanted = initial[name]!.shape // the chain's own names
    const found = saved[name] ?? saved[name.replace(/^exit\d+\//, '')]
    if (found !== undefined && found.shape.join() === wanted.join()) taken[name] = found
    else problems.push(`${name} [${wanted.join(', ')}]: ${found === undefined ? 'missing' : `[${found.shape.join(', ')}]`}`)
  }
  if (problems.length === 0 || init.partial) return taken
  const shown = problems.slice(0, 5).join('; ')
  throw new LoupeError(
    'shape-mismatch',
    `The checkpoint of ${init.run} does not fit the ${extractor === 'front' ? 'first' : 'second'} extractor: ${problems.length} of ${names.length} tensors are missing or of another shape (${shown}${problems.length > 5 ? '; …' : ''}). Choose a run of the same architecture, or set partial to take what fits.`,
    { run: init.run, extractor, problems },
  )
}

/** Every block of the second extractor as the first's last one; both must be built alike. */
function copiedBlocks({ frontDepth, depth, stack }: Chain, extractor: string, parameters: HostArrays): HostArrays {
  if (extractor === 'front') throw new LoupeError('invalid-input', 'The first extractor cannot be a copy of itself. Set frontInit to "random" or to a run.', { extractor })
  const from = `block${frontDepth}/`
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(from))
  const copies: Record<string, HostArray> = {}
  for (let block = frontDepth + 1; block <= depth; block++) {
    for (const [name, value] of own) {
      const copy = `block${block}/${name.slice(from.length)}`
      const shape = parameters[copy]?.shape
      if (shape?.join() !== value.shape.join()) {
        const is = shape === undefined ? 'has none' : `[${shape.join(', ')}]`
        throw new LoupeError('shape-mismatch', `Block ${block} of ${stack.title} cannot be a copy of block ${frontDepth}: ${name} is [${value.shape.join(', ')}], and the other ${is}. Choose a model whose blocks are alike, or another start of the second extractor.`, { block, from: frontDepth })
      }
      copies[copy] = value
    }
  }
  return copies
}

/** The parameters of a student as a model of its own that ends there has them: its blocks, and its head under the head's own names. */
export function studentParameters(depth: number, names: readonly string[], parameters: HostArrays): HostArrays {
  const prefix = exitPrefix(depth)
  return Object.fromEntries(names.map((name) => [name, (parameters[prefix + name] ?? parameters[name])!])) // its own head goes before one of the same name of the whole chain
}
