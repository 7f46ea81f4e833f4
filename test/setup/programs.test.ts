import { describe, expect, it } from 'vitest'
import { findBrowser, findChromium } from '../../main/setup/programs.mjs'

const machine = (platform: string, environment: Record<string, string>, installed: readonly string[]) => ({ platform, environment, exists: (path: string) => installed.includes(path) })

describe('looking for a browser', () => {
  it('takes the one that is named, and no other where that is not there', () => {
    expect(findChromium(machine('linux', { LOUPE_CHROMIUM: '/opt/mine', PATH: '/usr/bin' }, ['/opt/mine', '/usr/bin/chromium']))).toBe('/opt/mine')
    expect(findBrowser(machine('linux', { LOUPE_CHROMIUM: '/opt/gone', PATH: '/usr/bin' }, ['/usr/bin/chromium']))).toBeNull()
  })

  it('finds a Chromium on the PATH before a Firefox, which the tests cannot drive', () => {
    const both = machine('linux', { PATH: '/usr/bin:/snap/bin' }, ['/usr/bin/firefox', '/snap/bin/chromium'])
    const firefox = machine('linux', { PATH: '/usr/bin' }, ['/usr/bin/firefox'])
    expect([findChromium(both), findChromium(firefox), findBrowser(firefox)]).toEqual(['/snap/bin/chromium', null, '/usr/bin/firefox'])
  })

  it('looks where macOS and Windows install browsers, off the PATH', () => {
    const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    const safari = '/Applications/Safari.app/Contents/MacOS/Safari'
    const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'
    expect(findChromium(machine('darwin', {}, [chrome, safari]))).toBe(chrome)
    expect([findChromium(machine('darwin', {}, [safari])), findBrowser(machine('darwin', {}, [safari]))]).toEqual([null, safari])
    expect(findChromium(machine('win32', {}, [edge]))).toBe(edge)
    expect(findChromium(machine('win32', { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }, ['C:\\Users\\me\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe']))).toBe('C:\\Users\\me\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe')
  })
})
