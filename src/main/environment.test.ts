import { describe, expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

describe('readEnvironment', () => {
  it('keeps the data of a clone beside it and of a package where the system wants them', () => {
    expect(readEnvironment('/home/anna/isolario', {}).dataFolder).toBe('/home/anna/isolario/isolario-data')
    const installed = '/usr/lib/node_modules/isolario'
    expect(readEnvironment(installed, { XDG_DATA_HOME: '/data' }).dataFolder).toBe('/data/isolario')
    expect(readEnvironment(installed, {}).dataFolder).toMatch(/\.local\/share\/isolario$/)
    expect(readEnvironment(installed, { ISOLARIO_DATA: '/elsewhere' }).dataFolder).toBe('/elsewhere')
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readEnvironment('/x', { ISOLARIO_DATABASE_URL: '', NO_COLOR: '', ISOLARIO_TOKEN: ' ' })).toMatchObject({
      databaseUrl: null,
      noColor: false,
      token: null,
      logLevel: 'warn',
    })
    expect(readEnvironment('/x', { NO_COLOR: '1' }).noColor).toBe(true)
  })
})
