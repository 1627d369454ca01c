/** "Who am I?", asked of the service as a browser and as a program do it. */

import { type Problem, problemSchema } from '#protocol/shapes.ts'
import type { CookieJar, Visit } from '#test/servers/cookie-jar.ts'

/** @param url of the service, without a slash at the end */
export const askMe = (jar: CookieJar, url: string): Promise<Visit> => jar.visit(`${url}/api/v1/me`)

export const askMeAsProgram = (bearer: string, url: string): Promise<Response> =>
  fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${bearer}` } })

export const problemOf = async (answer: Response): Promise<Problem> => problemSchema.parse(await answer.json())
