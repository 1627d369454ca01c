/** Tasks as arguments of `fill`, some hundred in a call. */

import type { GivenTask } from '../queue.ts'
import { shareGiven, textHash } from './payload-texts.ts'
import { AT_ONCE } from './worker-verbs.ts'

/** Most characters of tasks in one call: others wait while it runs. */
const MOST_CHARACTERS = 500_000

interface Part {
  readonly args: string[]
  /** Number that a text of the job has in this part, from 1. */
  readonly texts: Map<number, number>
  tasks: number
  characters: number
}

/** Arguments of `fill` for all tasks, in parts of bounded size; one part in any case, which asks whether there is a queue. */
export function fillingParts(tasks: readonly GivenTask[]): string[][] {
  const shared = shareGiven(tasks.map(({ payload }) => payload))
  const hashes = shared.texts.map(textHash)
  const newPart = (): Part => ({ args: [], texts: new Map(), tasks: 0, characters: 0 })
  const parts = [newPart()]
  for (const [index, { task }] of tasks.entries()) {
    const { text, rest } = shared.parts[index]!
    let part = parts.at(-1)!
    if (part.tasks >= AT_ONCE || part.characters > MOST_CHARACTERS) {
      part = newPart()
      parts.push(part)
    }
    let number = 0
    if (text >= 0) {
      if (!part.texts.has(text)) part.characters += shared.texts[text]!.length
      number = part.texts.get(text) ?? part.texts.size + 1
      part.texts.set(text, number)
    }
    part.args.push(String(task), String(number), rest)
    part.tasks += 1
    part.characters += rest.length
  }
  return parts.map(({ args, texts }) => [
    String(texts.size),
    ...[...texts.keys()].flatMap((text) => [hashes[text]!, shared.texts[text]!]),
    ...args,
  ])
}
