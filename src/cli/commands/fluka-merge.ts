/** `isolario fluka merge FILES... -o OUT`: what the summing programs of FLUKA do, without FLUKA. */

import type { Command } from 'commander'
import { FlukaMergeError } from '#engines/fluka/merge/merge-error.ts'
import { FlukaMerge } from '#engines/fluka/merge/merge-files.ts'
import { mergeRemarks } from '#engines/fluka/merge/unproven.ts'
import type { EstimatorFile } from '#engines/fluka/output/fluka-file.ts'
import { readFlukaFile } from '#engines/fluka/output/read-file.ts'
import { writeFlukaFile } from '#engines/fluka/output/write-file.ts'
import { stateOfFile, stateText } from '#engines/fluka/run/random-state.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { flukaFileJson } from '../fluka-file-json.ts'
import { withFlukaFile } from '../fluka-files.ts'

export function addFlukaMerge(fluka: Command, context: CliContext): void {
  fluka
    .command('merge')
    .description('Merge files of single runs as usrsuw, usbsuw, usxsuw, ustsuw and detsuw do: means and their errors.')
    .argument('<files...>', 'files of one estimator with the same detectors, one of each run')
    .requiredOption(
      '-o, --output <file>',
      "the merged file, in FLUKA's own binary format; a name that ends in .json: as JSON",
    )
    .action(async (files: readonly string[], options: { output: string }) => {
      if (files.includes(options.output)) {
        const message = `${options.output} is one of the files to merge: give the result another name.`
        throw new CliError('BAD_INPUT', 'OUTPUT_IS_INPUT', message)
      }
      const merged = await merge(context, files, options.output)
      await write(context, merged, options.output)
      const { estimator, first, detectors } = merged
      context.out(
        `${options.output}: ${estimator}, ${files.length} ${files.length === 1 ? 'run' : 'runs'}, primaries of weight ${first.WEIPRI}, ${detectors.length} ${detectors.length === 1 ? 'detector' : 'detectors'}.\n`,
      )
      for (const remark of mergeRemarks(merged)) context.out(`Note: ${remark}\n`)
    })
}

async function merge(context: CliContext, files: readonly string[], name: string): Promise<EstimatorFile> {
  const merge = new FlukaMerge()
  try {
    for (const file of files) {
      const read = withFlukaFile(context, file, (source, called) => readFlukaFile(source, called))
      merge.add(read, await seedBeside(context, file))
    }
    return merge.finish(name)
  } catch (error) {
    if (error instanceof FlukaMergeError) throw new CliError('BAD_INPUT', error.code, error.message)
    throw error
  }
}

/** State of the generator from the file that rfluka keeps beside the output: `ranNAME001` for `NAME001_fort.25`. */
async function seedBeside(context: CliContext, file: string): Promise<string | null> {
  const [, folder, run] = /^(.*[\\/])?([^\\/]*\d{3})_fort\.\d+$/.exec(file) ?? []
  if (run === undefined) return null
  try {
    const state = stateOfFile(await context.readText(`${folder ?? ''}ran${run}`))
    return state === undefined ? null : stateText(state)
  } catch {
    return null
  }
}

async function write(context: CliContext, merged: EstimatorFile, output: string): Promise<void> {
  const bytes = output.endsWith('.json') ? null : binary(merged)
  try {
    if (bytes === null) await context.writeText(output, `${JSON.stringify(flukaFileJson(merged), null, 2)}\n`)
    else await context.writeBytes(output, bytes)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'OUTPUT_UNWRITABLE', `${output} cannot be written: ${(error as Error).message}.`)
  }
}

function binary(merged: EstimatorFile): Uint8Array {
  try {
    return writeFlukaFile(merged)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CliError('FAILED', 'FLUKA_MERGE_UNWRITABLE', `${error.message} Give --output a name that ends in .json.`)
  }
}
