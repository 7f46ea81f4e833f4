import type { Status } from '../contract/records.ts'
import { numberIn } from './foreign-run.ts'
import type { RunGatherer } from './run-gatherer.ts'

/** MLflow's states by name, in the order of their numbers from 1 on. */
const states = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const

/** State of a file store, which keeps its number. */
export function stateOf(number: unknown): string | null {
  return typeof number === 'number' ? (states[number - 1] ?? null) : typeof number === 'string' ? number : null
}

/** What runs on elsewhere stands still here: what it had when it was imported. */
export function statusOf(state: string | null): Status {
  if (state === 'FAILED') return 'failed'
  return state === 'FINISHED' || state === null ? 'finished' : 'stopped'
}

/** Tags that hold documents of MLflow's own, some of them megabytes. */
const passedOver = new Set(['mlflow.log-model.history', 'mlflow.loggedArtifacts', 'mlflow.runName', 'mlflow.note.content'])

/** Takes the tags that are a run's name and note out, and keeps the others. */
export function takeTags(gathered: RunGatherer, tags: ReadonlyMap<string, string>): { readonly name: string; readonly note: string } {
  for (const [key, value] of tags) if (!passedOver.has(key)) gathered.label(key, value)
  return { name: tags.get('mlflow.runName') ?? '', note: (tags.get('mlflow.note.content') ?? '').slice(0, 20_000) }
}

export function takeParam(gathered: RunGatherer, key: string, value: string): void {
  gathered.param(key, numberIn(value))
}

/** Ms since 1970; null where there is none. */
export function instantOf(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? Math.round(number) : null
}
