/** `isolario fluka import FILES... --setup DOCUMENT`: residual nuclei that FLUKA gave elsewhere, taken over by the service. */

import { type Command, Option } from 'commander'
import { IMPORT_BYTES } from '#protocol/routes.ts'
import { presets } from '#simulation/presets.ts'
import { askOnce } from '../ask-once.ts'
import type { CliContext } from '../context.ts'
import { documentOf } from '../document-argument.ts'
import { CliError } from '../exit-codes.ts'
import { withOpenFile } from '../fluka-files.ts'
import { wholeNumber } from '../numbers.ts'
import { asJson } from '../service.ts'

interface Options {
  readonly setup?: string
  readonly preset?: string
  readonly name?: string
  readonly detector: readonly string[]
  readonly primaries?: number
  readonly json?: boolean
}

/** Of the body, for everything but the files. */
const ROOM_BYTES = 2 * 1024 * 1024

export function addFlukaImport(fluka: Command, context: CliContext): void {
  fluka
    .command('import')
    .description(
      'Take over residual nuclei that FLUKA gave elsewhere, as a simulation marked imported: compared and charted, never merged.',
    )
    .argument('<files...>', 'raw files of RESNUCLEi, one of each run; or one merged file; or one _tab.lis')
    .option('--setup <document>', 'the simulation they are of: a JSON file, or - for standard input')
    .addOption(new Option('--preset <id>', 'a preset, instead of --setup').choices(presets().map(({ id }) => id)))
    .option('--name <text>', 'name of the simulation; left out: that of the document')
    .option(
      '--detector <layer=detector>',
      'which detector is of which target layer, where names differ; may be given again',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option(
      '--primaries <number>',
      'primaries behind a table, which does not tell them',
      wholeNumber('--primaries', 2, 1e15),
    )
    .option('--json', 'one JSON object')
    .action(async (files: readonly string[], options: Options, command: Command) => {
      const { setup, preset, name, primaries } = options
      if ((setup === undefined) === (preset === undefined)) {
        throw new CliError(
          'BAD_INPUT',
          'SETUP_WANTED',
          'Give --setup DOCUMENT or --preset ID, one of them: the simulation that the files are of.',
        )
      }
      const document = await documentOf(context, command, setup ?? preset)
      const body = {
        document,
        files: filesOf(context, files),
        detectors: detectorsOf(options.detector),
        ...(name === undefined ? {} : { name }),
        ...(primaries === undefined ? {} : { primaries }),
      }
      const made = await askOnce(context, 'importResult', { body })
      if (options.json) return context.out(asJson(made))
      context.out(`${made.id}\n`)
      for (const note of made.notes) context.err(`note: ${note}\n`)
      context.err('note: Residual nuclei only: meshes, spectra and activities made elsewhere are not imported.\n')
    })
}

/** Names without their folders, and content; base64 as JSON has no bytes. */
function filesOf(context: CliContext, files: readonly string[]): { name: string; base64: string }[] {
  let room = IMPORT_BYTES - ROOM_BYTES
  return files.map((file) =>
    withOpenFile(context, file, (source) => {
      room -= Math.ceil(source.size / 3) * 4
      if (room < 0) {
        const most = Math.floor((((IMPORT_BYTES - ROOM_BYTES) / 4) * 3) / 2 ** 20)
        throw new CliError(
          'BAD_INPUT',
          'IMPORT_TOO_LARGE',
          `The files have more than ${most} MiB together. Merge the runs first ("isolario fluka merge"): a merged file is small, but errors of sums are lost.`,
        )
      }
      return {
        name: file.replace(/^.*[\\/]/, ''),
        base64: Buffer.from(source.read(0, source.size)).toString('base64'),
      }
    }),
  )
}

function detectorsOf(given: readonly string[]): Record<string, string> {
  const detectors: Record<string, string> = {}
  for (const one of given) {
    const [, layer, detector] = /^([^=]+)=(.+)$/.exec(one) ?? []
    if (layer === undefined || detector === undefined) {
      throw new CliError(
        'BAD_INPUT',
        'DETECTOR_INVALID',
        `--detector takes layer=detector, for example disc-01=DISC01_Y, not "${one}".`,
      )
    }
    detectors[layer] = detector
  }
  return detectors
}
