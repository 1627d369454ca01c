/** Files of FLUKA on the command line: opened, read, and let go of. */

import type { ByteSource } from '#engines/fluka/output/byte-source.ts'
import { FlukaReadError } from '#engines/fluka/output/read-error.ts'
import type { CliContext } from './context.ts'
import { CliError } from './exit-codes.ts'

/** Opens a file and hands it to a reader; what is wrong with the file becomes bad input. @throws CliError */
export function withFlukaFile<T>(context: CliContext, file: string, read: (source: ByteSource, name: string) => T): T {
  try {
    return withOpenFile(context, file, read)
  } catch (error) {
    if (error instanceof FlukaReadError) throw new CliError('BAD_INPUT', error.code, error.message)
    throw error
  }
}

/** Opens a file, hands it to a reader, and lets go of it. @throws CliError when it cannot be opened. */
export function withOpenFile<T>(context: CliContext, file: string, read: (source: ByteSource, name: string) => T): T {
  const source = open(context, file)
  try {
    return read(source, file)
  } finally {
    source.close()
  }
}

function open(context: CliContext, file: string) {
  try {
    return context.openBytes(file)
  } catch (error) {
    throw new CliError('BAD_INPUT', 'FILE_UNREADABLE', `${file} cannot be read: ${(error as Error).message}.`)
  }
}
