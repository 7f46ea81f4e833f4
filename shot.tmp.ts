import { mkdtempSync } from 'node:fs'
import { launchBrowser, watchForErrors } from './test/browser/browser.ts'
import { startWorkbench } from './test/browser/workbench-process.ts'
import { openLogWriter } from './main/log/open.ts'
import { writeMadeRuns } from './test/support/demo/runs-log.ts'
const ws = mkdtempSync('/tmp/shots-')
const log = openLogWriter({ workspace: ws }); writeMadeRuns(log, Number(process.argv[2] ?? 400)); log.close()
const browser = (await launchBrowser())!
const wb = await startWorkbench(ws)
const shoot = async (locale: string, dark: boolean) => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: dark ? 'dark' : 'light', locale })).newPage()
  page.setDefaultTimeout(8000)
  const errors = watchForErrors(page)
  const tag = `${locale}-${dark ? 'dark' : 'light'}`
  await page.goto(wb.address); await page.waitForTimeout(800)
  await page.goto(new URL(wb.address).origin + '/#/runs'); await page.waitForTimeout(1500)
  await page.screenshot({ path: `/tmp/s-${tag}-1.png` })
  const f = page.locator('input[role=combobox]')
  await f.fill('best(acc'); await page.waitForTimeout(500); await page.screenshot({ path: `/tmp/s-${tag}-2.png` })
  await f.fill('accuracy > 0.9 and modl = cnn'); await page.waitForTimeout(500); await page.keyboard.press('Escape'); await page.waitForTimeout(300); await page.screenshot({ path: `/tmp/s-${tag}-3.png` })
  await f.fill('accuracy > 0.8'); await page.locator('select.group-by').selectOption('study'); await page.waitForTimeout(900)
  await page.locator('tbody input[type=checkbox]').nth(1).click(); await page.locator('tbody input[type=checkbox]').nth(3).click({ modifiers: ['Shift'] })
  await page.locator('tbody .star').nth(2).click(); await page.waitForTimeout(600)
  await page.screenshot({ path: `/tmp/s-${tag}-4.png` })
  await page.locator('button', { hasText: /列…|Columns…/ }).click(); await page.waitForTimeout(400); await page.screenshot({ path: `/tmp/s-${tag}-5.png` }); await page.keyboard.press('Escape')
  await page.locator('tbody .dots').nth(1).click(); await page.waitForTimeout(400); await page.screenshot({ path: `/tmp/s-${tag}-6.png` }); await page.keyboard.press('Escape')
  await page.goto(new URL(wb.address).origin + '/#/runs/run-000010/copy'); await page.waitForTimeout(900); await page.screenshot({ path: `/tmp/s-${tag}-7.png` })
  console.log(tag, errors)
}
try { await shoot('en-US', false); await shoot('ja-JP', true) } finally { await browser.close(); await wb.stop() }
