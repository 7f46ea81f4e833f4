/** Path of a Chromium, or null. LOUPE_CHROMIUM names one; else the usual places are looked at. */
export function findBrowser(): string | null
/** Whether Playwright has a browser of its own; playwright-core finds it without being told. */
export function hasPlaywrightBrowser(): boolean
