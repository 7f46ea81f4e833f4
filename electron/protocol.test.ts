import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { staticFiles } from '../main/serve/static-files.ts'
import { appHandler, appSchemes } from './protocol.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-window-'))
afterAll(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'window', 'assets'), { recursive: true })
writeFileSync(join(folder, 'window', 'index.html'), '<!doctype html>')
writeFileSync(join(folder, 'window', 'assets', 'main.js'), 'export {}')
writeFileSync(join(folder, 'secret.txt'), 'secret')

const answer = appHandler(staticFiles(join(folder, 'window')))

describe('app://loupe', () => {
  it('serves the window with a content security policy that lets nothing inline run', async () => {
    const response = await answer(new Request('app://loupe/index.html'))
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([200, '<!doctype html>', 'text/html; charset=utf-8'])
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).not.toContain('unsafe')
    const script = await answer(new Request('app://loupe/assets/main.js'))
    expect([await script.text(), script.headers.get('content-type'), script.headers.get('x-content-type-options')]).toEqual(['export {}', 'text/javascript; charset=utf-8', 'nosniff'])
  })

  it.each(['app://loupe/../secret.txt', 'app://loupe/%2e%2e/secret.txt', 'app://loupe/..%2fsecret.txt', 'app://loupe/..%5csecret.txt', 'app://loupe/assets/none.js', 'app://elsewhere/index.html'])('has nothing at %s', async (url) => {
    const response = await answer(new Request(url))
    expect([response.status, await response.text()]).toEqual([404, 'There is no such file.'])
  })

  it('takes no other method', async () => {
    expect((await answer(new Request('app://loupe/index.html', { method: 'POST', body: 'x' }))).status).toBe(405)
  })

  it('is a secure origin that does not get past its own policy', () => {
    expect(appSchemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
  })
})
