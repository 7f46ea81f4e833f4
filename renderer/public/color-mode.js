// Runs before the first paint, so that a dark window never flashes white. A file of its own because the content security policy refuses inline scripts.
;(function () {
  let choice = null
  try {
    choice = localStorage.getItem('loupe.colorMode')
  } catch {
    // Storage may be switched off; the system's choice is used then.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
