import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventStreamParser } from './event-stream.ts'

const STREAM =
  ': hello\n\nid: 7\nevent: simulation\ndata: {"a":1}\n\ndata: one\ndata:two\r\n\r\n:\n\nid: 9\ndata: x\n\n'
const EVENTS = [
  { id: '7', event: 'simulation', data: '{"a":1}' },
  { id: '7', event: 'message', data: 'one\ntwo' },
  { id: '9', event: 'message', data: 'x' },
]

describe('EventStreamParser', () => {
  it('gives whole events, skips comments and keeps the last id', () => {
    const parser = new EventStreamParser()
    expect(parser.push(STREAM)).toEqual(EVENTS)
    expect(parser.lastId).toBe('9')
  })

  it('gives the same events however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 12 }), (cuts) => {
        const parser = new EventStreamParser()
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length]
        const seen = places.slice(1).flatMap((end, i) => parser.push(STREAM.slice(places[i]!, end)))
        expect(seen).toEqual(EVENTS)
      }),
    )
  })
})
