import { expect, it } from 'vitest'
import { parseRedisLogin, parseRedisUrl, parseSentinels, shownAddress, withoutLogin } from './address.ts'
import { checkJobId, jobOfKey, keysOf } from './keys.ts'

it('reads a list of Sentinels', () => {
  expect(parseSentinels('one:26380, two ,[::1]:7', 'mymaster')).toEqual({
    sentinels: [
      { host: 'one', port: 26380 },
      { host: 'two', port: 26379 },
      { host: '::1', port: 7 },
    ],
    master: 'mymaster',
  })
})

it.each(['', ' , ', 'host:0', 'host:99999', 'user@host:1', 'redis://host'])('refuses the Sentinels "%s"', (text) => {
  expect(() => parseSentinels(text, 'mymaster')).toThrow(expect.objectContaining({ code: 'QUEUE_ADDRESS_INVALID' }))
})

it.each(['host:6379', 'http://host', 'redis://', 'redis://host/db'])('refuses the URL "%s"', (text) => {
  expect(() => parseRedisUrl(text)).toThrow(expect.objectContaining({ code: 'QUEUE_ADDRESS_INVALID' }))
})

it('reads the access that control sent as JSON, and nothing else', () => {
  for (const address of [parseRedisUrl('redis://host:1/0'), parseSentinels('one:1,[::1]:2', 'mymaster')]) {
    const login = { address, username: 'isolario-j', password: 'p' }
    expect(parseRedisLogin(JSON.parse(JSON.stringify(login)))).toEqual(login)
  }
  for (const wrong of [
    null,
    {},
    { address: {} },
    { address: { url: 'http://host' }, username: null, password: null },
  ]) {
    expect(() => parseRedisLogin(wrong)).toThrow(expect.objectContaining({ code: 'QUEUE_ADDRESS_INVALID' }))
  }
  const address = { url: 'redis://host' }
  expect(() => parseRedisLogin({ address, username: 1, password: null })).toThrow('texts or null')
})

it('keeps the password out of what others see', () => {
  const address = parseRedisUrl('rediss://control:secret@host:7000/2')
  expect(withoutLogin(address)).toEqual({ url: 'rediss://host:7000/2' })
  expect(shownAddress(address)).toBe('rediss://host:7000')
  expect(() => parseRedisUrl('http://control:secret@host')).toThrow(/^(?!.*secret)/)
})

it('refuses ids that would mean something in a pattern', () => {
  for (const id of ['*', 'a?', '[ab]', 'a}b', 'a b', '', 'x'.repeat(65)]) {
    expect(() => checkJobId(id)).toThrow(expect.objectContaining({ code: 'QUEUE_BAD_REQUEST' }))
  }
  expect(keysOf('job-1').map(jobOfKey)).toEqual(Array(7).fill('job-1'))
  expect(jobOfKey('{other:job}:meta')).toBeUndefined()
})
