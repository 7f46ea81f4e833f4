import { commands } from './commands.ts'
import type { CommandInput, CommandName, CommandOutput, ParsedCommandInput } from './commands.ts'
import { fromWireError, LoupeError, toWireError, wireError } from './errors.ts'
import type { AnyEvent, EventName, EventPayload } from './events.ts'
import { queries } from './queries.ts'
import type { ParsedQueryInput, QueryInput, QueryName, QueryOutput } from './queries.ts'
import { z } from './zod.ts'

/** Commands go to the engine, queries to a reader of the log; a caller need not know which is which. */
export type RequestName = CommandName | QueryName
export type RequestInput<N extends RequestName> = N extends CommandName ? CommandInput<N> : N extends QueryName ? QueryInput<N> : never
export type RequestOutput<N extends RequestName> = N extends CommandName ? CommandOutput<N> : N extends QueryName ? QueryOutput<N> : never

export type CommandHandlers = { readonly [N in CommandName]: (input: ParsedCommandInput<N>) => Promise<CommandOutput<N>> | CommandOutput<N> }
export type QueryHandlers = { readonly [N in QueryName]: (input: ParsedQueryInput<N>) => Promise<QueryOutput<N>> | QueryOutput<N> }

export const response = z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), value: z.unknown() }), z.object({ ok: z.literal(false), error: wireError })])
export type Response = z.output<typeof response>

/** Carries a request to whoever answers it. Never rejects for an answered request: errors travel in the response. */
export interface Transport {
  request(name: string, input: unknown): Promise<Response>
  /** Returns a function that ends the subscription. */
  onEvent(listener: (event: AnyEvent) => void): () => void
}

export interface Client {
  request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void
}

type Table = Readonly<Record<string, { readonly input: z.ZodType; readonly output: z.ZodType }>>
type AnyHandlers = Readonly<Record<string, (input: never) => unknown>>

/**
 * Answers requests by name: looks the name up in the table, parses the input, calls the handler, and always answers.
 *
 * @returns A function that never rejects. An unknown name or an input that its schema refuses gives `invalid-input`.
 */
export function answerCommands(handlers: CommandHandlers): Transport['request'] {
  return answer(commands, handlers)
}

/** The same for the questions to the log. */
export function answerQueries(handlers: QueryHandlers): Transport['request'] {
  return answer(queries, handlers)
}

export function isQuery(name: string): name is QueryName {
  return Object.hasOwn(queries, name)
}

function answer(table: Table, handlers: AnyHandlers): Transport['request'] {
  return async (name, input) => {
    try {
      const entry = Object.hasOwn(table, name) ? table[name] : undefined
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
      if (entry === undefined || handler === undefined) {
        throw new LoupeError('invalid-input', `There is no request "${name}". Known: ${Object.keys(table).join(', ')}.`, { name })
      }
      // The table pairs each schema with its handler's parameter; the compiler cannot follow that through a dynamic name.
      const value = await handler(entry.input.parse(input) as never)
      return { ok: true, value }
    } catch (error) {
      return { ok: false, error: toWireError(error) }
    }
  }
}

/** The typed end of a transport. Rejects with a {@link LoupeError}. */
export function createClient(transport: Transport): Client {
  return {
    async request(name, input) {
      const answered = await transport.request(name, input)
      if (!answered.ok) throw fromWireError(answered.error)
      // Both ends are built from the same table, and the server's own tests parse its outputs.
      return answered.value as never
    },
    on(name, listener) {
      return transport.onEvent((event) => {
        if (event.name === name) listener(event.payload as never)
      })
    },
  }
}
