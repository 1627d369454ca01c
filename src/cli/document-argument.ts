/** The simulation that a command is about: a file, standard input or a preset, with flags on top. */

import type { Command } from 'commander'
import { Option } from 'commander'
import type { SimulationDocument } from '#simulation/document.ts'
import { applyFlags, flagDefinitions } from '#simulation/flags.ts'
import { parseDocumentText } from '#simulation/parse.ts'
import { DEFAULT_PRESET, presetById, presets } from '#simulation/presets.ts'
import type { CliContext } from './context.ts'
import { CliError } from './exit-codes.ts'

const DECIMAL_SEED = /^\d{1,20}$/
const JOB_KEY = /^[0-9a-f]{16}$/
const LARGEST_KEY = 2n ** 64n - 1n

interface GivenFlag {
  readonly flag: string
  readonly value: string
}

/** Flags of a command in the order of the command line; commander keeps only the last of each. */
const given = new WeakMap<Command, GivenFlag[]>()

/** Gives a command the argument `[file]` and a flag for every parameter of the document. */
export function withDocument(command: Command): Command {
  command.argument(
    '[file]',
    `simulation document: a JSON file, - for standard input, or a preset (${presets()
      .map((p) => p.id)
      .join(', ')})`,
  )
  const flags: GivenFlag[] = []
  given.set(command, flags)
  let group = ''
  for (const definition of flagDefinitions()) {
    if (definition.group !== group) {
      group = definition.group
      command.optionsGroup(`${group}:`)
    }
    const option = new Option(`${definition.flag} <${definition.argument}>`, definition.help)
    option.argParser((value: string) => {
      flags.push({ flag: definition.flag, value })
      return value
    })
    command.addOption(option)
  }
  command.optionsGroup('Random numbers:')
  command.addOption(
    new Option(
      '--seed <number>',
      'Repeats the random numbers of a run with the same seed: a whole number below 2^64, or a job key of 16 hexadecimal digits.',
    ).argParser((value: string) => {
      flags.push({ flag: '--job-key', value: jobKeyOfSeed(value) })
      return value
    }),
  )
  return command.optionsGroup('Options:')
}

/** Whether parameters were given on the command line. */
export const hasFlags = (command: Command): boolean => (given.get(command) ?? []).length > 0

/** The document of a command with its flags applied. @throws CliError `BAD_INPUT` with all problems at once. */
export async function documentOf(
  context: CliContext,
  command: Command,
  file: string | undefined,
): Promise<SimulationDocument> {
  const start = await startingDocument(context, file)
  const flags = given.get(command) ?? []
  if (flags.length === 0) return start
  const parsed = applyFlags(start, flags)
  if (!parsed.ok)
    throw new CliError('BAD_INPUT', 'FLAGS_INVALID', 'The flags do not fit the simulation.', parsed.problems)
  return parsed.document
}

async function startingDocument(context: CliContext, file: string | undefined): Promise<SimulationDocument> {
  const preset = presetById(file ?? DEFAULT_PRESET)
  if (preset) return preset.document
  const text = file === '-' ? await context.readStandardInput() : await readFileText(context, file!)
  const parsed = parseDocumentText(text)
  if (!parsed.ok) {
    const name = file === '-' ? 'Standard input' : file
    throw new CliError(
      'BAD_INPUT',
      parsed.problems[0]?.code ?? 'DOCUMENT_INVALID',
      `${name} is not a simulation that can be run.`,
      parsed.problems,
    )
  }
  return parsed.document
}

async function readFileText(context: CliContext, file: string): Promise<string> {
  try {
    return await context.readText(file)
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new CliError(
      'BAD_INPUT',
      'FILE_UNREADABLE',
      `${file} cannot be read: ${reason}. Give a JSON file, - for standard input, or a preset: ${presets()
        .map((p) => p.id)
        .join(', ')}.`,
    )
  }
}

/** 16 hexadecimal digits are the key itself; any other decimal number is the key's value. */
function jobKeyOfSeed(seed: string): string {
  // Sixteen digits are a key, also when all of them are decimal: that is how a key is copied.
  if (JOB_KEY.test(seed)) return seed
  if (!DECIMAL_SEED.test(seed) || BigInt(seed) > LARGEST_KEY) {
    throw new CliError(
      'BAD_INPUT',
      'SEED_INVALID',
      `--seed takes a whole number from 0 to ${LARGEST_KEY} or 16 hexadecimal digits, not "${seed}".`,
    )
  }
  return BigInt(seed).toString(16).padStart(16, '0')
}
