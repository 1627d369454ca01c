import { describe, expect, it } from 'vitest'
import { bytesInMemory } from '#engines/fluka/output/byte-source.ts'
import { type FakeContext, fakeContext } from '#test/cli/fake-context.ts'
import { runCli } from './program.ts'

interface Sent {
  readonly address: string
  readonly body: {
    readonly files: readonly { readonly name: string; readonly base64: string }[]
    readonly detectors: Readonly<Record<string, string>>
    readonly name?: string
    readonly primaries?: number
    readonly document: { readonly name: string }
  }
}

/** A service that remembers what was sent, and refuses. */
function withService(sent: Sent[]): FakeContext {
  return fakeContext({
    openBytes: (name) => ({ ...bytesInMemory(new TextEncoder().encode(name)), close: () => {} }),
    connection: async () => ({
      url: 'http://service',
      token: 'token',
      fetch: (async (address: string, { body }: { body: string }) => {
        sent.push({ address, body: JSON.parse(body) as Sent['body'] })
        const problem = {
          code: 'IMPORT_REFUSED',
          detail: 'No.',
          title: 't',
          type: 'x',
          status: 422,
          advice: 'Mend it.',
        }
        return new Response(JSON.stringify(problem), { status: 422 })
      }) as unknown as typeof fetch,
    }),
  })
}

describe('isolario fluka import', () => {
  it('sends files by their plain names, the setup, and what was said of them', async () => {
    const sent: Sent[] = []
    const context = withService(sent)
    const args = ['a/run1_fort.25', 'b/run2_fort.25', '--preset', 'spes-uc4', '--name', 'X', '--primaries', '5000']
    const detectors = ['--detector', 'disc1=ONE', '--detector', 'disc2=A=B']
    expect(await runCli(context, ['fluka', 'import', ...args, ...detectors])).not.toBe(0)
    expect(context.printed.err).toContain('No.')
    expect(sent).toHaveLength(1)
    const [{ address, body }] = sent as [Sent]
    expect(address).toBe('http://service/api/v1/imports')
    expect(body.files.map(({ name }) => name)).toEqual(['run1_fort.25', 'run2_fort.25'])
    expect(Buffer.from(body.files[1]!.base64, 'base64').toString()).toBe('b/run2_fort.25')
    expect(body).toMatchObject({ name: 'X', primaries: 5000, detectors: { disc1: 'ONE', disc2: 'A=B' } })
    expect(body.document.name).not.toBe('')
  })

  it.each([
    [['f'], 'Give --setup DOCUMENT or --preset ID'],
    [['f', '--preset', 'spes-uc4', '--setup', 'x.json'], 'Give --setup DOCUMENT or --preset ID'],
    [['f', '--preset', 'spes-uc4', '--detector', 'disc1'], '--detector takes layer=detector'],
    [['f', '--preset', 'spes-uc4', '--primaries', '1'], '--primaries'],
  ])('refuses %j before anything is sent', async (args, words) => {
    const sent: Sent[] = []
    const context = withService(sent)
    expect(await runCli(context, ['fluka', 'import', ...args])).toBe(2)
    expect(context.printed.err).toContain(words)
    expect(sent).toEqual([])
  })
})
