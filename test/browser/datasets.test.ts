import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { expectAccessible } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

const images = fileURLToPath(new URL('../../main/training/datasets/fixtures/images/', import.meta.url))
const places = { 'cat/1.png': 'rgb.png', 'cat/2.jpg': 'rgb.jpg', 'cat/3.png': 'cut.png', 'dog/1.webp': 'rgb.webp', 'dog/2.png': 'palette.png', 'dog/3.png': 'small.png' }

describe('data sets, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    for (const [name, source] of Object.entries(places)) {
      mkdirSync(dirname(join(workspace, 'animals', name)), { recursive: true })
      copyFileSync(join(images, source), join(workspace, 'animals', name))
    }
    const rows = Array.from({ length: 60 }, (_, row) => (row === 30 ? 'many,1,a' : `${row},${row % 7},${row % 2 === 0 ? 'a' : 'b'}`))
    writeFileSync(join(workspace, 'table.csv'), `u,v,kind\n${rows.join('\n')}\n`)
  })

  it('are opened by a path that is checked as it is typed, kept, and used in a study without their bad rows', async (context) => {
    const { page, address, workspace, errors } = opened(context)
    const path = join(workspace, 'animals')
    await page.goto(address)
    await page.getByRole('link', { name: 'Data sets', exact: true }).click()
    const field = page.getByLabel('File or folder on the machine where Loupe runs')
    await field.fill(join(workspace, 'anim'))
    await page.getByText('There is nothing at this path').waitFor()
    await field.fill(path)
    await page.getByText('images by class.').waitFor()
    await expectAccessible(page)
    await field.press('Enter')

    await page.getByText('A run on these data would be refused.').waitFor()
    expect(await page.getByRole('button', { name: 'Use in a new study' }).isDisabled()).toBe(true)
    await page.getByRole('cell', { name: 'cat/3.png' }).waitFor()
    await page.getByRole('cell', { name: 'dog/3.png' }).waitFor()
    await expectAccessible(page)
    await page.getByLabel('Images of another size').selectOption('resize')
    await page.getByRole('button', { name: 'Read it with these settings' }).click()
    await page.getByRole('cell', { name: 'dog/3.png' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Leave them out' }).click()
    await page.getByText('Runs leave them out.').waitFor()
    expect(await page.getByRole('list', { name: 'Examples' }).locator('canvas').count()).toBe(4)
    await page.getByRole('button', { name: 'Keep in the list' }).click()
    await page.getByRole('button', { name: 'Remove from the list' }).waitFor()

    await page.getByRole('button', { name: 'Use in a new study' }).click()
    await page.getByRole('textbox', { name: 'File or folder' }).waitFor()
    expect([await page.getByRole('textbox', { name: 'File or folder' }).inputValue(), await page.getByRole('combobox', { name: 'Bad rows' }).inputValue(), await page.getByRole('combobox', { name: 'Images of another size' }).inputValue()]).toEqual([path, 'skip', 'resize'])
    await page.getByRole('link', { name: 'Data sets', exact: true }).click()
    await page.getByRole('link', { name: 'animals' }).click()
    await page.getByText('Runs leave them out.').waitFor()
    expect(errors).toEqual([])
  }, 90_000)

  it('show a table as a table, save its bad rows, and read in Japanese and in the dark', async (context) => {
    const { page, address, workspace, errors } = opened(context)
    const of = JSON.stringify({ name: 'file', path: join(workspace, 'table.csv') })
    await page.goto(`${address.split('?')[0]}#/datasets/look?of=${encodeURIComponent(of)}`)
    await page.getByRole('cell', { name: 'line 32' }).waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()])
    expect([download.suggestedFilename(), readFileSync(await download.path(), 'utf8').split('\r\n')[1]]).toEqual(['table.csv-bad-rows.csv', `${join(workspace, 'table.csv')},line 32,u,not-a-number,"""many""",a finite number`])
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByLabel('Appearance').selectOption('dark')
    await page.getByLabel('Language').selectOption('ja')
    await page.getByRole('heading', { name: '不良な行' }).waitFor()
    await expectAccessible(page)
    if (!(await page.getByLabel('言語').isVisible())) await page.getByRole('button', { name: '環境設定' }).click()
    await page.getByLabel('言語').selectOption('en')
    await page.getByLabel('Appearance').selectOption('light')
    expect(errors).toEqual([])
  }, 90_000)

  it('that come with Loupe are there at once: Fashion-MNIST by class', async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Data sets', exact: true }).click()
    await page.getByRole('link', { name: 'Fashion-MNIST' }).click()
    await page.getByRole('button', { name: 'Trouser' }).click()
    await page.getByText('1–60 of 5,397').waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('61–120 of 5,397').waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  }, 90_000)
})
