import { LoupeError } from '../contract/errors.ts'
import { methodNames } from '../contract/study-config.ts'
import { defaultConfig, yamlTemplate } from './config-template.ts'
import { exitCodes } from './exit-code.ts'
import { nearest } from '../contract/nearest.ts'
import type { Invocation } from './program.ts'

const names = [...methodNames, 'run'] as const

/** `loupe template METHOD`: the complete default config. */
export async function template({ output }: Invocation, { method, format }: { readonly method: string; readonly format: 'yaml' | 'json' }): Promise<number> {
  const name = names.find((known) => known === method)
  if (name === undefined) {
    const guess = nearest(method, names)
    throw new LoupeError('invalid-input', `There is no method "${method}". ${guess === null ? `Known: ${names.join(', ')}.` : `Did you mean "${guess}"?`}`, { method })
  }
  const config = defaultConfig(name)
  output.result({ json: config, text: format === 'json' ? JSON.stringify(config, null, 2) : yamlTemplate(name).trimEnd() })
  return exitCodes.done
}
