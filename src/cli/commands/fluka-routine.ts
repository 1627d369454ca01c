/** `isolario fluka routine`: the source routine of the wobbled beam, made of the site's own and ours, to be compiled there. */

import { type Command, Option } from 'commander'
import {
  compileCommand,
  ROUTINE_FILE,
  ROUTINE_PROGRAM,
  RoutineError,
  WOBBLED_ROUTINE,
  withWobble,
} from '#engines/fluka/compose/source-routine.ts'
import { FLAVOURS, type Flavour } from '#engines/fluka/flavour.ts'
import type { CliContext } from '../context.ts'
import { CliError } from '../exit-codes.ts'
import { deckText } from '../fluka-preprocessor.ts'

interface Options {
  readonly flavour: Flavour
  readonly template: string
  readonly output: string
}

export function addFlukaRoutine(fluka: Command, context: CliContext): void {
  fluka
    .command('routine')
    .description(
      `Put the sampling of the wobbled beam into the site's own source routine and write ${ROUTINE_FILE}, to be compiled with the site's FLUKA.`,
    )
    .addOption(
      new Option('--flavour <flavour>', 'line of FLUKA: cern4 (4.x) or infn (2011 to 2024)')
        .choices(FLAVOURS)
        .makeOptionMandatory(),
    )
    .requiredOption('--template <file>', 'source.f (or, of CERN, source_newgen.f) as the installed FLUKA came with it')
    .requiredOption('-o, --output <folder>', 'existing folder for the file')
    .action(async ({ flavour, template, output }: Options) => {
      const made = routine(await deckText(context, template), template, flavour)
      const file = `${output.replace(/[\\/]+$/, '')}/${ROUTINE_FILE}`
      try {
        await context.writeText(file, made.text)
      } catch (error) {
        throw new CliError('BAD_INPUT', 'OUTPUT_UNWRITABLE', `${file} cannot be written: ${(error as Error).message}.`)
      }
      const { name, sha256 } = WOBBLED_ROUTINE
      context.out(
        [
          `${file}: ${template} with the call of ISOWOB in line ${made.callLine} and the subroutine at its end.`,
          `It is ${name} (SHA-256 of our part ${sha256}). The file holds FLUKA's own text: keep it at the site.`,
          '',
          'Compile it where FLUKA is, in its folder:',
          `  ${compileCommand[flavour]}`,
          `Then set ISOLARIO_FLUKA_WOBBLED to the path of ${ROUTINE_PROGRAM} and run "isolario doctor".`,
          'Unproven: this has never been compiled with FLUKA itself by us. Each run is checked: its listing must name the routine.',
          '',
        ].join('\n'),
      )
    })
}

function routine(text: string, file: string, flavour: Flavour): ReturnType<typeof withWobble> {
  try {
    return withWobble(text, flavour)
  } catch (error) {
    if (error instanceof RoutineError) throw new CliError('BAD_INPUT', error.code, `${file}: ${error.message}`)
    throw error
  }
}
