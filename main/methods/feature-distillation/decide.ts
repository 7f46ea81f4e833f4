import type { Candidate, Decision, JudgedCandidate, LimitName } from './report.ts'

export type Objective = Decision['objective']

/** Null where there is no limit. */
export type Limits = Decision['limits']

const limitNames: readonly LimitName[] = ['memory', 'macs', 'latency', 'accuracy']
const valueOf = {
  memory: ({ memoryBytes }: Candidate) => memoryBytes,
  macs: ({ macs }: Candidate) => macs,
  latency: ({ latencyMs }: Candidate) => latencyMs,
  accuracy: ({ accuracy }: Candidate) => accuracy,
} as const
const limitOf = {
  memory: ({ memoryBytes }: Limits) => memoryBytes,
  macs: ({ macs }: Limits) => macs,
  latency: ({ latencyMs }: Limits) => latencyMs,
  accuracy: ({ accuracy }: Limits) => accuracy,
} as const

/**
 * Chooses the candidate that serves the objective best among those within all limits, and says of each other one what it breaks.
 *
 * A limit on what is not known of a candidate is not kept by it. Of equals the more accurate one is chosen, then the smaller one, then the first.
 * Where none is within the limits, the nearest is the one that breaks them by the least sum of shares, and the limits that it breaks bind.
 *
 * @example A (1 MiB, 4 MMAC, 70 %), B (2, 7, 74), C (4, 14, 76), D (5, 13, 75). Memory at most 3: B. Accuracy at least 75 and least MACs: D.
 *   Pareto set in memory and accuracy: A, B, C. Memory at most 0.5: none, memory binds, the nearest is A.
 */
export function decide({ candidates, limits, objective }: { readonly candidates: readonly Candidate[]; readonly limits: Limits; readonly objective: Objective }): Decision {
  const standing = candidates.map((candidate) => ({ candidate, ...heldAgainst(limits, candidate) }))
  const within = standing.filter(({ breaks, unknown }) => breaks.length === 0 && unknown.length === 0).map(({ candidate }) => candidate)
  const chosen = within.filter((candidate) => valueOf[objective](candidate) !== null).sort((one, other) => compare(one, other, objective))[0] ?? null
  const nearest = within.length > 0 ? null : nearestOf(standing, limits)
  const all = standing.flatMap(({ unknown }) => unknown)
  return {
    objective,
    limits,
    candidates: standing.map(({ candidate, breaks, unknown }): JudgedCandidate => ({ ...candidate, breaks, unknown, verdict: candidate === chosen ? 'selected' : within.includes(candidate) ? 'within' : 'rejected' })),
    chosen: chosen?.id ?? null,
    binding: within.length > 0 ? [] : nearest === null ? limitNames.filter((name) => all.includes(name)) : nearest.breaks,
    nearest: nearest?.candidate.id ?? null,
    pareto: { memory: paretoSet(candidates, 'memory'), macs: paretoSet(candidates, 'macs'), latency: paretoSet(candidates, 'latency') },
  }
}

interface Standing {
  readonly candidate: Candidate
  readonly breaks: LimitName[]
  readonly unknown: LimitName[]
}

function heldAgainst(limits: Limits, candidate: Candidate): Omit<Standing, 'candidate'> {
  const limited = limitNames.filter((name) => limitOf[name](limits) !== null)
  return { breaks: limited.filter((name) => excess(name, limits, candidate) > 0), unknown: limited.filter((name) => valueOf[name](candidate) === null) }
}

/** By which share of a limit a candidate breaks it; 0 for one that keeps it, has none or is not known there. */
function excess(name: LimitName, limits: Limits, candidate: Candidate): number {
  const [limit, value] = [limitOf[name](limits), valueOf[name](candidate)]
  if (limit === null || value === null) return 0
  return Math.max(0, (name === 'accuracy' ? limit - value : value - limit) / limit)
}

function nearestOf(standing: readonly Standing[], limits: Limits): Standing | null {
  const distance = ({ candidate }: Standing) => limitNames.reduce((sum, name) => sum + excess(name, limits, candidate), 0)
  return standing.filter(({ unknown }) => unknown.length === 0).toSorted((one, other) => distance(one) - distance(other))[0] ?? null
}

function compare(one: Candidate, other: Candidate, objective: Objective): number {
  const cost = (candidate: Candidate) => (objective === 'accuracy' ? -(candidate.accuracy ?? 0) : (valueOf[objective](candidate) ?? Infinity))
  return cost(one) - cost(other) || (other.accuracy ?? 0) - (one.accuracy ?? 0) || one.memoryBytes - other.memoryBytes
}

/** Candidates that no other one equals in both cost and accuracy and beats in one of them; the cheapest first. */
export function paretoSet(candidates: readonly Candidate[], cost: Exclude<LimitName, 'accuracy'>): string[] {
  const known = candidates.flatMap((candidate) => {
    const [paid, accuracy] = [valueOf[cost](candidate), candidate.accuracy]
    return paid === null || accuracy === null ? [] : [{ id: candidate.id, paid, accuracy }]
  })
  return known
    .filter((one) => !known.some((other) => other.paid <= one.paid && other.accuracy >= one.accuracy && (other.paid < one.paid || other.accuracy > one.accuracy)))
    .sort((one, other) => one.paid - other.paid)
    .map(({ id }) => id)
}
