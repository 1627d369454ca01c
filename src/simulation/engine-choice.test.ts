import { describe, expect, it } from 'vitest'
import { setupDigest } from './digest.ts'
import { documentSchema } from './document.ts'
import { LONGEST_TEMPLATE } from './engine-choice.ts'
import { applyFlags, flagsFrom } from './flags.ts'
import { parseDocument } from './parse.ts'
import { presetById } from './presets.ts'

const base = presetById('thin-uc4')!.document
const withFlags = (words: Record<string, string>) => {
  const flags = Object.entries(words).map(([flag, value]) => ({ flag: `--${flag}`, value }))
  const applied = applyFlags(base, flags)
  if (!applied.ok) throw new Error(applied.problems.map(({ message }) => message).join(' '))
  return applied.document
}

describe('the choice of the engine', () => {
  it('leaves documents of the built-in model as they were', () => {
    expect(base.setup.engine).toEqual({ id: 'builtin' })
  })

  it('is one flag, and brings the defaults of its engine', () => {
    expect(withFlags({ engine: 'fluka' }).setup.engine).toEqual({
      id: 'fluka',
      transportIons: false,
      interactionBias: 1,
      decayInEngine: false,
      template: null,
    })
  })

  it('can be written as flags again, template and all', () => {
    const template = {
      'engine-template-name': 'mine',
      'engine-template-version': '3',
      'engine-template': 'TITLE\n{{ title }}\n',
    }
    for (const words of [
      { engine: 'fluka' },
      { engine: 'fluka', 'engine-transport-ions': 'yes', 'engine-interaction-bias': '10' },
      { engine: 'fluka', ...template },
    ]) {
      const document = withFlags(words)
      const flags = flagsFrom(document, base)
      const pairs = Object.fromEntries(
        flags.flatMap((flag, i) => (i % 2 === 0 ? [[flag.slice(2), flags[i + 1]!]] : [])),
      )
      expect(pairs).toEqual(words)
      expect(withFlags(pairs)).toEqual(document)
    }
  })

  it('is part of the setup: another physics, or one more letter in a template, is another digest', () => {
    const digest = (words: Record<string, string>) => setupDigest(withFlags(words).setup)
    const texts = ['A', 'B'].map((text) => ({
      'engine-template-name': 'mine',
      'engine-template-version': '1',
      'engine-template': text,
    }))
    const digests = [
      setupDigest(base.setup),
      digest({ engine: 'fluka' }),
      digest({ engine: 'fluka', 'engine-transport-ions': 'yes' }),
      digest({ engine: 'fluka', 'engine-interaction-bias': '2' }),
      ...texts.map((text) => digest({ engine: 'fluka', ...text })),
    ]
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('refuses physics that the engine does not have, other words than yes and no, and a template that is too long', () => {
    const setup = { ...base.setup, engine: { id: 'builtin', transportIons: true } }
    expect(documentSchema.safeParse({ ...base, setup }).success).toBe(false)
    const flags = [{ flag: '--engine-transport-ions', value: 'perhaps' }]
    expect(applyFlags(withFlags({ engine: 'fluka' }), flags)).toMatchObject({
      ok: false,
      problems: [{ code: 'FLAG_VALUE', message: expect.stringContaining('yes or no') }],
    })
    const template = { name: 'long', version: 1, text: 'x'.repeat(LONGEST_TEMPLATE + 1) }
    const document = { ...base, setup: { ...base.setup, engine: { id: 'fluka', template } } }
    const parsed = parseDocument(document)
    expect(parsed).toMatchObject({ ok: false, problems: [{ path: 'setup.engine.template.text' }] })
  })
})
