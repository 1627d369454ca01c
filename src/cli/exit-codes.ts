/** How `isolario` ends. One meaning a number, the same for every command; the manual lists this table. */
export const EXIT_CODES = {
  OK: { code: 0, meaning: 'Done.' },
  FAILED: { code: 1, meaning: 'It was tried and failed; the message says why.' },
  BAD_INPUT: { code: 2, meaning: 'The command line, the document or a file is not what it must be; nothing was done.' },
  NO_SERVER: { code: 3, meaning: 'The control service cannot be reached or does not know you.' },
  REFUSED: { code: 4, meaning: 'The control service refuses: not found, or not allowed in this state.' },
  NOT_FINISHED: { code: 5, meaning: 'A watched simulation failed or was cancelled.' },
  INTERRUPTED: { code: 130, meaning: 'Interrupted; what is finished is kept, and the same command goes on.' },
} as const

export type ExitName = keyof typeof EXIT_CODES

/** An error that ends the command with a sentence for a person. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exit: ExitName
  /** Stable code, also in `--json` output. */
  readonly code: string
  readonly problems: readonly { readonly path: string; readonly message: string }[]
  constructor(
    exit: ExitName,
    code: string,
    message: string,
    problems: readonly { readonly path: string; readonly message: string }[] = [],
  ) {
    super(message)
    this.exit = exit
    this.code = code
    this.problems = problems
  }
}
