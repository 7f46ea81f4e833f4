/** Texts between commas, semicolons, spaces or line ends, such as addresses; empty ones are none. */
export function parseTexts(text: string): string[] {
  return text.split(/[\s,;、]+/).filter((part) => part !== '')
}
