import { InvalidArgumentError } from 'commander'

/** Shown below the options of `loupe report --help`. */
export const scheduleHelp = `
Each Monday at 7, with cron (crontab -e):
  0 7 * * 1  cd /path/to/loupe && npm run -s loupe -- report --out /path/to/weekly.html
With the Task Scheduler of Windows:
  schtasks /Create /SC WEEKLY /D MON /ST 07:00 /TN "Loupe report" /TR "cmd /c cd /d C:\\path\\to\\loupe && npm run -s loupe -- report --out C:\\path\\to\\weekly.html"`

/** @throws InvalidArgumentError for anything but a whole number of days from 1 to 3660 */
export function wholeDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (days >= 1 && days <= 3660) return days
  throw new InvalidArgumentError('The days are a whole number from 1 to 3660.')
}
