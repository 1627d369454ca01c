/** Writes docs/fluka-cards.md from the description of the cards. src/engines/fluka/deck/card-manual.test.ts compares. */

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { cardManual } from '#engines/fluka/deck/card-manual.ts'

writeFileSync(path.resolve(import.meta.dirname, '../docs/fluka-cards.md'), cardManual())
