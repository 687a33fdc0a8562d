/** A real browser that opens the page: for its picture, and for tests that look at what it drew. */
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { installChromium } from '../../infra/local/install/chromium.ts'
import { readSettings } from '../../infra/local/settings.ts'

export interface Look {
  theme?: 'light' | 'dark'
  width?: number
}

/** Opens a page and waits until all of it is drawn. Whatever the browser complains of is in `complaints`. */
export async function withPage<T>(
  file: string,
  { theme = 'light', width = 1400 }: Look,
  work: (page: Page, complaints: string[]) => Promise<T>,
): Promise<T> {
  // a sandbox needs rights that root in a container has not; the page is our own
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await chromium.launch({ executablePath: await installChromium(readSettings()), args })
  try {
    const viewport = { width, height: 1000 }
    const page = await browser.newPage({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector(`html[data-drawn=${theme}]`, { state: 'attached', timeout: 60_000 })
    return await work(page, complaints)
  } finally {
    await browser.close()
  }
}

/** Pictures of the dashboards of a page, in one visit; `to` says where each goes. */
export const takePictures = (file: string, to: Map<string, string>, look: Look): Promise<void> =>
  withPage(file, look, async (page) => {
    for (const [dashboard, path] of to) await page.locator(`#${dashboard}`).screenshot({ path })
  })
