/**
 * The description of a region: `+a -b | +c -(+d +e)`. Blank is intersection and binds tighter than `|` (or `OR`), which is
 * union; brackets may stand wherever a body may. Source: FLUKA manual, "Region data".
 */

import { allOf, anyOf, inside, outside, type RegionTree } from './geometry.ts'

/** Brackets in brackets; FLUKA expands them, so real decks stay far below. */
const DEPTH_LIMIT = 100

/** Why an expression cannot be read: a sentence without the place. */
export class RegionExpressionError extends Error {}

type Token = { readonly kind: '+' | '-' | '|' | '(' | ')' } | { readonly kind: 'name'; readonly name: string }

function tokens(text: string): Token[] {
  const found: Token[] = []
  const pattern = /\s+|([+\-|()])|([A-Za-z0-9_.]+)|(.)/gu
  for (const [, sign, name, other] of text.matchAll(pattern)) {
    if (sign !== undefined) found.push({ kind: sign as '+' })
    else if (name !== undefined) found.push(name === 'OR' ? { kind: '|' } : { kind: 'name', name })
    else if (other !== undefined) throw new RegionExpressionError(`"${other}" means nothing here.`)
  }
  return found
}

/** @throws {RegionExpressionError} */
export function regionTree(text: string): RegionTree {
  const list = tokens(text)
  let at = 0
  let depth = 0

  function union(): RegionTree {
    const zones: RegionTree[] = []
    // The first `|` may stand before the first zone.
    if (list[at]?.kind === '|') at++
    zones.push(zone())
    while (list[at]?.kind === '|') {
      at++
      zones.push(zone())
    }
    return anyOf(...zones)
  }

  function zone(): RegionTree {
    const terms: RegionTree[] = []
    for (let token = list[at]; token !== undefined && token.kind !== '|' && token.kind !== ')'; token = list[at]) {
      terms.push(term(token))
    }
    if (terms.length === 0) throw new RegionExpressionError('a zone is empty: at least one body is expected.')
    return allOf(...terms)
  }

  function term(token: Token): RegionTree {
    if (token.kind === '+' || token.kind === '-') {
      at++
      const next = list[at]
      if (next === undefined || (next.kind !== 'name' && next.kind !== '(')) {
        throw new RegionExpressionError(`behind "${token.kind}" a body or a bracket is expected.`)
      }
      return token.kind === '-' ? outside(operand(next)) : operand(next)
    }
    return operand(token)
  }

  function operand(token: Token): RegionTree {
    at++
    if (token.kind === 'name') return inside(token.name)
    if (++depth > DEPTH_LIMIT) throw new RegionExpressionError(`more than ${DEPTH_LIMIT} brackets in one another.`)
    const within = union()
    if (list[at]?.kind !== ')') throw new RegionExpressionError('a bracket is not closed.')
    at++
    depth--
    return within
  }

  const tree = union()
  if (at < list.length) throw new RegionExpressionError('a bracket is closed that was not opened.')
  return tree
}
