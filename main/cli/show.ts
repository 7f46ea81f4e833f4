import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { importedText, lastOfImported } from './imported-text.ts'
import { findById, importedById, queryClient, withReader } from './reader.ts'
import { lastValues, runJson, runText, studyJson, studyText } from './study-result.ts'

/** `loupe show ID`: a study with its report, or a run with its last values. */
export async function show({ output, workspace }: Invocation, { id }: { readonly id: string }): Promise<number> {
  return await withReader(workspace, async (reader) => {
    const imported = importedById(reader, id)
    if (imported !== null) {
      const last = lastOfImported(reader, imported.id)
      output.result({ json: { importedRun: { ...imported, metrics: last } }, text: importedText(imported, last) })
      return exitCodes.done
    }
    const found = findById(reader, id)
    if (found.kind === 'run') {
      const last = lastValues(reader.evaluations(id))
      output.result({ json: runJson(found.record, last), text: runText(found.record, last) })
      return exitCodes.done
    }
    const client = queryClient({ reader, workspace })
    const { study, runs } = await client.request('study.get', { studyId: id })
    const report = await client.request('study.report', { studyId: id })
    output.result({ json: studyJson({ study, runs, report }), text: studyText({ study, runs, report }) })
    return exitCodes.done
  })
}
