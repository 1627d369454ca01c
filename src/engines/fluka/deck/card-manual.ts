/** The page of the manual about cards, from their one description. */

import { TEMPLATE_PROBLEMS } from '#engines/engine/template.ts'
import { FLAVOURS, flavourLabel } from '../flavour.ts'
import { type CardHelp, cardHelp } from './card-help.ts'
import { OTHER_COMMANDS } from './card-help-others.ts'
import { CARDS } from './card-help-table.ts'
import { DECK_PROBLEMS } from './deck-problem.ts'
import { DECK_TEMPLATE_PROBLEMS } from './template.ts'

export function cardManual(): string {
  const described = Object.keys(CARDS).toSorted()
  const others = Object.entries(OTHER_COMMANDS).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    '# Cards of FLUKA\n',
    '<!-- Written by tools/write-fluka-cards.ts; do not edit. -->\n',
    'What Isolario knows of the cards of FLUKA: for the help beside a deck, for `isolario fluka inspect` and for the words of',
    "problems. FLUKA's own manual is the authority. Units are GeV, cm, s and g/cm3 where none is named. WHATs above 6 stand on",
    'the `&` line.\n',
    ...described.flatMap(cardSection),
    '## Known by name\n',
    'These are read and kept; their fields are not described here and not checked.\n',
    '| card | for |',
    '|---|---|',
    ...others.map(([command, purpose]) => `| ${command} | ${purpose} |`),
    '',
    '## Problems of a deck\n',
    'Codes in `isolario fluka inspect --json`. An error stops FLUKA, or FLUKA does something else than the text says.\n',
    '| code | | what |',
    '|---|---|---|',
    ...Object.entries(DECK_PROBLEMS).map(([code, [severity, what]]) => `| \`${code}\` | ${severity} | ${cell(what)} |`),
    '',
    '## Problems of a template\n',
    'Codes in `isolario fluka template --check --json`. All are errors.\n',
    '| code | what |',
    '|---|---|',
    ...Object.entries({ ...TEMPLATE_PROBLEMS, ...DECK_TEMPLATE_PROBLEMS }).map(
      ([code, what]) => `| \`${code}\` | ${cell(what)} |`,
    ),
    '',
  ].join('\n')
}

function cardSection(command: string): string[] {
  const entry = CARDS[command]
  const help = cardHelp(command)
  if (entry === undefined || help === undefined) return []
  const lines = [`## ${command}\n`, ...helpLines(help)]
  for (const sdum of Object.keys(entry.bySdum ?? {})) {
    const variant = cardHelp(command, sdum)
    if (variant !== undefined) lines.push(`### ${command} ${sdum}\n`, ...helpLines({ ...variant, sdum: '' }))
  }
  for (const flavour of FLAVOURS) {
    const own = cardHelp(command, '', flavour)
    if (entry.byFlavour?.[flavour] === undefined || own === undefined) continue
    lines.push(`### ${command} in ${flavourLabel[flavour]}\n`, ...helpLines({ ...own, purpose: '', sdum: '' }))
  }
  return lines
}

function helpLines(help: CardHelp): string[] {
  const note = help.flavourNote === '' ? [] : [`${help.flavourNote}\n`]
  const purpose = help.purpose === '' ? [] : [`${help.purpose}\n`]
  const sdum = help.sdum === '' ? [] : [`Text field: ${help.sdum}.\n`]
  const used = help.whats.map((field, index) => ({ ...field, number: index + 1 })).filter((f) => f.takes !== 'nothing')
  if (used.length === 0) return [...purpose, ...note, ...sdum]
  const rows = used.map((field) => {
    const takes = field.takes === 'number' ? 'number' : 'number or name'
    return `| ${field.number} | ${cell(field.meaning)} | ${takes} | ${field.unit} |`
  })
  return [...purpose, ...note, ...sdum, '| WHAT | meaning | takes | unit |', '|---|---|---|---|', ...rows, '']
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
