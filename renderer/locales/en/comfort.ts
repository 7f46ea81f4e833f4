/** Everything by its name: the palette. */
export const palette = {
  title: 'Find and do anything',
  open: 'Find',
  placeholder: 'A page, a study, a run, or what to do',
  none: 'Nothing of that name. Runs are found by name, tag, note, study, model or data set.',
  keys: '↑ ↓ to choose, Enter to go, Esc to close',
  group: { page: 'Pages', prepare: 'New study', here: 'On this page', study: 'Studies', run: 'Runs', window: 'Window', help: 'Help' },
  prepare: 'Prepare a study: {method}',
  language: 'Language: {language}',
  mode: 'Appearance: {mode}',
}

/** The first study, step by step. */
export const tour = {
  title: 'First study',
  begin: 'Begin',
  next: 'Next',
  done: 'Done',
  end: 'End the tour',
  count: 'First study · step {step} of {of}',
  offer: 'New here? Take the first study step by step.',
  elsewhere: { start: 'This step is on the start page.', study: 'This step is on the page of a study: start one, or open one from the start page.' },
  step: {
    start: {
      title: 'Ask a question',
      text: 'Start the default study: an MLP is trained on Fashion-MNIST at eight batch sizes until its loss is 0.4. On two cores that takes about two minutes. Choose the settings first if you want to see every one of them.',
    },
    progress: {
      title: 'Watch, pause, go on',
      text: 'What is done and how long the rest takes. You may pause, close Loupe, and resume later: nothing that was logged is lost.',
    },
    curves: {
      title: 'See the shape',
      text: 'Examples needed to reach the target, for each batch size. Too small a batch never settles, too large a one wastes examples: the minimum lies between. Drag to zoom, save the chart by the arrow at its corner.',
    },
    verdict: {
      title: 'Read the answer',
      text: 'The critical batch size with its interval, and what it saves against the one in use. Where the data do not tell, it says so; then add seeds or batch sizes.',
    },
    report: {
      title: 'Take it along',
      text: 'A report holds the answer, charts, tables and how each number came about. Settings, curves of each run and the log are in the tabs.',
    },
  },
}
