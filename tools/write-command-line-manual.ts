/** Writes docs/command-line.md from the commands themselves. src/cli/program.test.ts compares. */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandLineManual } from '#cli/manual.ts'
import { buildProgram } from '#cli/program.ts'
import { fakeContext } from '#test/cli/fake-context.ts'

writeFileSync(
  path.resolve(import.meta.dirname, '../docs/command-line.md'),
  commandLineManual(buildProgram(fakeContext())),
)
