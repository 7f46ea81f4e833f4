/** Plain data as YAML. The library is fetched only when it is needed. */
export async function toYaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml')
  return stringify(value, { lineWidth: 0 })
}

/** YAML (or JSON, which is YAML too) as plain data. Throws with the line where it does not read. */
export async function fromYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  const value: unknown = parse(text)
  return value
}
