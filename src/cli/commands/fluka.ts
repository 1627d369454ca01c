/** `isolario fluka`: what can be done with FLUKA's own files, with and without FLUKA. A file for each command. */

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { addFlukaCheck } from './fluka-check.ts'
import { addFlukaDeck } from './fluka-deck.ts'
import { addFlukaImport } from './fluka-import.ts'
import { addFlukaInspect } from './fluka-inspect.ts'
import { addFlukaMerge } from './fluka-merge.ts'
import { addFlukaRead } from './fluka-read.ts'
import { addFlukaRoutine } from './fluka-routine.ts'
import { addFlukaTemplate } from './fluka-template.ts'

export function addFluka(program: Command, context: CliContext): void {
  const fluka = program
    .command('fluka')
    .description("For FLUKA's own files: write, check and look at decks, read and merge what it wrote.")
  addFlukaDeck(fluka, context)
  addFlukaCheck(fluka, context)
  addFlukaInspect(fluka, context)
  addFlukaRead(fluka, context)
  addFlukaMerge(fluka, context)
  addFlukaImport(fluka, context)
  addFlukaTemplate(fluka, context)
  addFlukaRoutine(fluka, context)
}
