import type { Omission, OmissionKind } from '../contract/run-import.ts'

const texts: Readonly<Record<OmissionKind, (count: number, where: string) => string>> = {
  histograms: (count) => `${count} histograms are left out`,
  images: (count) => `${count} images are left out`,
  audio: (count) => `${count} pieces of audio are left out`,
  texts: (count) => `${count} texts are left out`,
  graphs: (count) => `${count} graphs of models are left out`,
  tensors: (count) => `${count} tensors that are no single floating-point number are left out`,
  'other-data': (count) => `${count} values of other plugins are left out`,
  'truncated-tail': (count, where) => `files end within a record, as they do while they are written: ${count} bytes at ${where} are left out`,
  'garbled-records': (count, where) => `${count} garbled records are left out, the first at ${where}`,
  'garbled-rest': (count, where) => `a length is garbled at ${where}: the ${count} bytes from there on are left out`,
  'large-records': (count, where) => `${count} records over 64 MiB are left out, the first at ${where}`,
  'repeated-steps': (count) => `${count} values have a later one at the same step, which counts`,
  'orphaned-steps': (count) => `${count} values were taken back by a restart of their run`,
  'unusable-steps': (count) => `${count} values stand at a step that is negative or no whole number`,
  'numbered-steps': (count, where) => `${count} metrics have all their values at one step, such as ${where}: they are numbered in the order of their times`,
  'unreadable-values': (count, where) => `${count} values are no numbers, the first at ${where}`,
  'many-metrics': (count, where) => `${count} metrics are left out (a name over 200 characters, or more than 5,000 in a run), such as ${where}`,
  'many-values': (count) => `${count} values are left out: a run has at most 20,000,000`,
  'long-texts': (count) => `${count} parameters or tags are cut at 2,000 characters`,
  artifacts: (count) => `the files of ${count} ${count === 1 ? 'run' : 'runs'} stay where they are`,
  'deleted-runs': (count) => `${count} deleted ${count === 1 ? 'run is' : 'runs are'} left out`,
  'empty-runs': (count, where) => `${count} ${count === 1 ? 'run has' : 'runs have'} neither a metric nor a parameter, such as ${where}`,
  'unreadable-runs': (count, where) => `${count} ${count === 1 ? 'run' : 'runs'} could not be read, such as ${where}`,
  'linked-folders': (count) => `${count} linked folders were not followed`,
}

/** What an import leaves out or changes, in a sentence. */
export function omissionText({ kind, count, where }: Omission): string {
  return texts[kind](count, where)
}
