import { answerQueries, isQuery } from '../contract/rpc.ts'
import type { QueryHandlers, Transport } from '../contract/rpc.ts'

/** One transport for both kinds of request: queries are answered here, commands and events are the engine's. */
export function route(options: { readonly queries: QueryHandlers; readonly engine: Transport }): Transport {
  const answer = answerQueries(options.queries)
  return {
    request: (name, input) => (isQuery(name) ? answer(name, input) : options.engine.request(name, input)),
    onEvent: (listener) => options.engine.onEvent(listener),
  }
}
