/** Writes the decks of test/fluka/golden-decks.ts into testdata/fluka/decks anew; read the difference before it is kept. */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { GOLDEN_DECKS, GOLDEN_FOLDER, goldenDeck } from '#test/fluka/golden-decks.ts'

mkdirSync(GOLDEN_FOLDER, { recursive: true })
const kept = new Set(GOLDEN_DECKS.map(({ name }) => `${name}.inp`))
for (const file of readdirSync(GOLDEN_FOLDER)) {
  if (file.endsWith('.inp') && !kept.has(file)) rmSync(path.join(GOLDEN_FOLDER, file))
}
for (const deck of GOLDEN_DECKS) {
  const { text, findings } = goldenDeck(deck)
  if (findings.length > 0) throw new Error(`${deck.name}: ${findings.map(({ message }) => message).join(' ')}`)
  writeFileSync(path.join(GOLDEN_FOLDER, `${deck.name}.inp`), text)
}
console.log(`${GOLDEN_DECKS.length} decks in ${path.relative(process.cwd(), GOLDEN_FOLDER)}`)
