import type { MenuItemConstructorOptions } from 'electron'

const labels = {
  en: { file: 'File', showWorkspace: 'Show Workspace Folder' },
  ja: { file: 'ファイル', showWorkspace: 'ワークスペースのフォルダーを表示' },
} as const

/** The application's menu. What has a role is labelled and bound to keys by Electron. */
export function menuTemplate({ isMac, locale, showWorkspace }: { isMac: boolean; locale: string; showWorkspace: () => void }): MenuItemConstructorOptions[] {
  const text = locale.startsWith('ja') ? labels.ja : labels.en
  const appMenu: MenuItemConstructorOptions[] = isMac ? [{ role: 'appMenu' }] : []
  return [
    ...appMenu,
    { label: text.file, submenu: [{ label: text.showWorkspace, click: showWorkspace }, { type: 'separator' }, { role: isMac ? 'close' : 'quit' }] },
    { role: 'editMenu' },
    {
      role: 'viewMenu',
      submenu: [
        { role: 'reload' },
        { role: 'toggleDevTools' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]
}
