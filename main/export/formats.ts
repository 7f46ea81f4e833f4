/** What tables are written as; apart, so that the command line starts without what writes them. */
export const exportFormats = ['csv', 'json', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]
