import type { CustomScheme } from 'electron'
import type { StaticFile } from '../main/serve/static-files.ts'
import { windowHeaders } from '../main/serve/window-headers.ts'
import { appScheme, isOurs } from './channels.ts'

/** To be registered before Electron is ready: pages of this scheme are a secure origin with storage of their own. */
export const appSchemes: CustomScheme[] = [{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]

/**
 * Answers `app://loupe/...` from the built window.
 *
 * @param files  From a path to the file, null where there is none; see `staticFiles`.
 */
export function appHandler(files: (path: string) => Promise<StaticFile | null>): (request: Request) => Promise<Response> {
  return async ({ url, method }) => {
    if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET and HEAD.')
    const file = isOurs(url) ? await files(new URL(url).pathname) : null
    if (file === null) return refuse(404, 'There is no such file.')
    // A copy in an ArrayBuffer of its own, which is what a response takes.
    const body = method === 'HEAD' ? null : new Uint8Array(file.body)
    return new Response(body, { headers: { ...windowHeaders, 'Content-Type': file.type } })
  }
}

function refuse(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...windowHeaders, 'Content-Type': 'text/plain; charset=utf-8' } })
}
