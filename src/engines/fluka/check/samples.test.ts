/** Decks that people run, through the checks: what is found in each, so that no check cries at what is right. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { describeWith, FLUKA_SAMPLES } from '#test/needs.ts'
import { readDeck } from '../deck/read-deck.ts'
import { checkDeck } from './check-deck.ts'

/** Codes of the checks with their number; every one was looked at in the deck. */
const FOUND: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'EnergyDep_and_DPA.inp': { DECK_NAME_RESERVED: 1, DECK_SEED_MISSING: 1 },
  // A seed behind START, potassium defined twice, dose after irradiation and prompt energy in one file; bodies are moved.
  'MOLLER-hallA_water_activity.inp': {
    DECK_GEOMETRY_NOT_EVALUATED: 1,
    DECK_NAME_RESERVED: 1,
    DECK_NAME_TWICE: 1,
    DECK_ORDER: 1,
    DECK_UNIT_SHARED: 1,
  },
  // Two detectors ENDEPU; the DCYSCORE cards of PD-D01 to PD-D08 name PU- detectors only.
  'XPRcolli.inp': { DECK_NAME_RESERVED: 1, DECK_NAME_TWICE: 1, DECK_UNIT_SHARED: 8 },
  'bragg_peak.inp': { DECK_SEED_MISSING: 1 },
  'kaon_production_target.inp': { DECK_SEED_MISSING: 1 },
  'mc-tools_test.inp': { DECK_NAME_RESERVED: 1, DECK_SEED_MISSING: 1 },
  'muons_XeLS.inp': { DECK_NAME_UNUSUAL: 3 },
  'nEXO_2024.inp': { DECK_UNIT_TEXT: 3 },
  // A misplaced & leaves the detector without its name.
  'neutron_bpe.inp': { DECK_NAME_INVALID: 1, DECK_SEED_MISSING: 1, DECK_UNIT_TEXT: 1 },
  'pymchelper_example.inp': { DECK_NAME_RESERVED: 1, DECK_SEED_MISSING: 1 },
  'pymchelper_exfixed.inp': { DECK_NAME_RESERVED: 1, DECK_SEED_MISSING: 1 },
  'pymchelper_exmixed.inp': { DECK_NAME_RESERVED: 1, DECK_SEED_MISSING: 1 },
  'pymchelper_proton.inp': {},
}

describeWith(FLUKA_SAMPLES, 'decks of others, checked', (folder) => {
  it.each(Object.keys(FOUND))('%s', (name) => {
    const text = readFileSync(path.join(folder, 'decks', name), 'latin1')
    const counts: Record<string, number> = {}
    for (const { code } of checkDeck(text, readDeck(text).deck)) counts[code] = (counts[code] ?? 0) + 1
    expect(counts).toEqual(FOUND[name])
  })
})
