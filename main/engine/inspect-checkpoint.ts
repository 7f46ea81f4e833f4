import { setImmediate } from 'node:timers/promises'
import type { ComparedCheckpoints, InspectedCheckpoint, VariableGroup } from '../contract/checkpoint-browser.ts'
import { variableGroup } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'
import type { HostArray, HostArrays } from '../tensorflow/runtime.ts'
import { addSums, arrayDifference, arrayStatistics, countDifferences, differenceSums, greatestChanges, indexOf, noDifference } from '../training/array-statistics.ts'
import type { Checkpoint } from '../training/trainer.ts'

/** Odd, so that a bin lies around 0. */
const BINS = 81
const CHANGES = 24

/** What each variable of a checkpoint holds, others answered in between. */
export async function inspectCheckpoint({ wallMs, functionEvaluations, variables }: Checkpoint): Promise<Omit<InspectedCheckpoint, 'checkpoint'>> {
  const inspected: InspectedCheckpoint['variables'] = []
  for (const [name, { shape, type, values }] of Object.entries(variables)) {
    inspected.push({ name, group: groupOf(name), shape: [...shape], type, bytes: values.byteLength, statistics: arrayStatistics(values) })
    await setImmediate()
  }
  const groups = variableGroup.options.flatMap((group) => {
    const ofGroup = inspected.filter((one) => one.group === group)
    const total = (value: (one: (typeof ofGroup)[number]) => number) => ofGroup.reduce((sum, one) => sum + value(one), 0)
    return ofGroup.length === 0 ? [] : [{ group, variables: ofGroup.length, elements: total(({ statistics }) => statistics.elements), bytes: total(({ bytes }) => bytes), norm: Math.sqrt(total(({ statistics }) => statistics.norm ** 2)) }]
  })
  return { wallMs, functionEvaluations, variables: inspected, groups }
}

/**
 * How far the parameters and running statistics of one checkpoint are from those of another.
 *
 * @throws LoupeError `shape-mismatch` for models of different structure, with what differs.
 */
export async function compareCheckpoints(a: Named, b: Named): Promise<Omit<ComparedCheckpoints, 'checkpoints' | 'sharesData'>> {
  const [one, other] = [modelOf(a.variables), modelOf(b.variables)]
  requireSameStructure({ id: a.id, variables: one }, { id: b.id, variables: other })
  const variables: ComparedCheckpoints['variables'] = []
  const pairs: { readonly name: string; readonly shape: readonly number[]; readonly a: HostArray['values']; readonly b: HostArray['values'] }[] = []
  let total = noDifference
  for (const [name, { shape, values }] of Object.entries(one)) {
    const pair = { name, shape, a: values, b: other[name]!.values } // of the same structure
    const sums = differenceSums(pair.a, pair.b)
    variables.push({ name, group: groupOf(name), shape: [...shape], ...arrayDifference(sums) })
    if (groupOf(name) === 'parameters') {
      total = addSums(total, sums)
      pairs.push(pair)
    }
    await setImmediate()
  }
  const counts = Array.from({ length: BINS }, () => 0)
  for (const pair of pairs) {
    countDifferences({ a: pair.a, b: pair.b, reach: total.greatest, counts })
    await setImmediate()
  }
  const shapes = new Map(pairs.map(({ name, shape }) => [name, shape]))
  return {
    variables,
    total: arrayDifference(total),
    histogram: { from: -total.greatest, to: total.greatest, counts: total.greatest === 0 ? [] : counts },
    changes: greatestChanges(pairs, CHANGES).map(({ name, place, from, to }) => ({ name, index: indexOf(place, shapes.get(name) ?? []), from, to })),
  }
}

interface Named {
  readonly id: string
  readonly variables: HostArrays
}

function groupOf(name: string): VariableGroup {
  const place = name.slice(0, name.indexOf('/'))
  return place === 'parameters' || place === 'statistics' || place === 'slots' ? place : 'other'
}

/** What a model is made of: the optimizer's slots and what workers remember say nothing of it. */
function modelOf(variables: HostArrays): HostArrays {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => ['parameters', 'statistics'].includes(groupOf(name))))
}

function requireSameStructure(one: Named, other: Named): void {
  const described = ({ type, shape }: HostArray) => `${type} [${shape.join(', ')}]`
  const onlyIn = (here: HostArrays, there: HostArrays) => Object.keys(here).filter((name) => !Object.hasOwn(there, name))
  const [missing, added] = [onlyIn(one.variables, other.variables), onlyIn(other.variables, one.variables)]
  const shaped = Object.entries(one.variables).flatMap(([name, array]) => {
    const there = other.variables[name]
    return there === undefined || described(array) === described(there) ? [] : [`${name}: ${described(array)} and ${described(there)}`]
  })
  if (missing.length + added.length + shaped.length === 0) return
  const shown = (names: readonly string[]) => `${names.slice(0, 3).join(', ')}${names.length > 3 ? `, … (${names.length})` : ''}`
  const problems = [...(missing.length > 0 ? [`only ${one.id} has ${shown(missing)}`] : []), ...(added.length > 0 ? [`only ${other.id} has ${shown(added)}`] : []), ...(shaped.length > 0 ? [`other shapes: ${shown(shaped)}`] : [])]
  throw new LoupeError('shape-mismatch', `The models of ${one.id} and ${other.id} are of different structure, so their weights cannot be compared one by one: ${problems.join('; ')}. Choose checkpoints of the same model, or compare features instead.`, { onlyFirst: missing, onlySecond: added, otherShapes: shaped })
}
