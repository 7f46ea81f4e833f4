/** What may stand after `loupe export-model --format`; apart, so that the command line starts without what exports. */
export const exportChoices = ['saved-model', 'tfjs', 'both'] as const
