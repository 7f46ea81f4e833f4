/** What is looked at for programs; this machine where left out. */
export interface Machine {
  readonly platform: string
  readonly environment: Readonly<Record<string, string | undefined>>
  exists(path: string): boolean
}
/** Path of a Chromium, Chrome or Edge, or null. LOUPE_CHROMIUM names one; else the PATH and the usual places are looked at. */
export function findChromium(machine?: Machine): string | null
/** Path of any browser, or null; a Chromium before another. */
export function findBrowser(machine?: Machine): string | null
/** Path of Electron's binary under a project's root, or null where it was not downloaded. */
export function findElectron(root: string): string | null
/** Whether a window can be shown here. */
export function hasDisplay(): boolean
