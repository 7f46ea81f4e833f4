/** The one channel by which the window asks: `invoke(channel, name, input)` answers with a `Response` of the contract. */
export const requestChannel = 'loupe:request'
/** The one channel by which the window is told: `send(channel, event)`, an `AnyEvent` of the contract. */
export const eventChannel = 'loupe:event'

/** Where the window's files are served. A scheme of our own, since `file://` pages may read other files. */
export const appScheme = 'app'
export const appHost = 'loupe'
export const appPage = `${appScheme}://${appHost}/index.html`

/** True for addresses of the window's own files. */
export function isOurs(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return protocol === `${appScheme}:` && host === appHost
}
