import type { AnyEvent } from '../../main/contract/events.ts'
import type { RequestInput, RequestName, RequestOutput, Transport } from '../../main/contract/rpc.ts'
import { toWireError } from '../../main/contract/errors.ts'

/** Answers requests by name from the test itself and remembers what was asked; events are told by hand. */
export interface FakeTransport extends Transport {
  readonly asked: { readonly name: string; readonly input: unknown }[]
  answer<N extends RequestName>(name: N, answer: (input: RequestInput<N>) => RequestOutput<N> | Promise<RequestOutput<N>>): void
  tell(event: AnyEvent): void
}

export function createFakeTransport(): FakeTransport {
  const answers = new Map<string, (input: never) => unknown>()
  const listeners = new Set<(event: AnyEvent) => void>()
  const asked: { name: string; input: unknown }[] = []
  return {
    asked,
    answer: (name, answer) => void answers.set(name, answer),
    tell: (event) => {
      for (const listener of listeners) listener(event)
    },
    async request(name, input) {
      asked.push({ name, input })
      try {
        const answer = answers.get(name)
        if (!answer) throw new Error(`The test has no answer to "${name}".`)
        return { ok: true, value: await answer(input as never) }
      } catch (error) {
        return { ok: false, error: toWireError(error) }
      }
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
