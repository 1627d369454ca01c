/** A browser as far as sign-ins go: keeps cookies by host and path, and follows redirects by hand. */

export interface Visit {
  readonly status: number
  readonly url: string
  readonly headers: Headers
  readonly text: string
  /** Where it leads, as a whole address. */
  readonly location: string | undefined
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** Everything behind the value, as it came. */
  readonly attributes: string
}

export class CookieJar {
  /** Cookies do not know ports. */
  readonly #byHost = new Map<string, Cookie[]>()

  /** One request; redirects are not followed. */
  async visit(address: string, options: { method?: string; body?: string; headers?: Record<string, string> } = {}) {
    const url = new URL(address)
    const form = options.body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(url, {
      ...options,
      redirect: 'manual',
      headers: { ...form, cookie: this.cookieHeader(address), ...options.headers },
    })
    for (const text of answer.headers.getSetCookie()) this.#take(url, text)
    const location = answer.headers.get('location')
    const visit: Visit = {
      status: answer.status,
      url: address,
      headers: answer.headers,
      text: await answer.text(),
      location: location === null ? undefined : new URL(location, url).href,
    }
    return visit
  }

  /** Follows redirects until a page comes, or an address that `until` names, which is not visited any more. */
  async follow(address: string, until: (address: string) => boolean = () => false): Promise<Visit> {
    let visit = await this.visit(address)
    for (let steps = 0; steps < 20; steps++) {
      if (visit.location === undefined || until(visit.location)) return visit
      visit = await this.visit(visit.location)
    }
    throw new Error(`too many redirects, the last to ${visit.location}`)
  }

  /** All cookies for a host, by name. */
  cookies(address: string): Map<string, Cookie> {
    return new Map((this.#byHost.get(new URL(address).hostname) ?? []).map((one) => [one.name, one]))
  }

  cookieHeader(address: string): string {
    const { hostname, pathname } = new URL(address)
    const all = this.#byHost.get(hostname) ?? []
    return all
      .filter(({ path }) => pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  #take(url: URL, text: string): void {
    const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/s.exec(text)!
    const path = /;\s*path=([^;]+)/i.exec(attributes!)?.[1] ?? '/'
    const others = (this.#byHost.get(url.hostname) ?? []).filter((one) => one.name !== name || one.path !== path)
    const isGone = /;\s*max-age=0/i.test(attributes!) || /;\s*expires=[^;]*1970/i.test(attributes!)
    const cookie = { name: name!, value: value!, path, attributes: attributes! }
    this.#byHost.set(url.hostname, isGone ? others : [...others, cookie])
  }
}

/** Fills the provider's own login form, from wherever it shows; ends at the address that it leads back to, not yet visited. */
export async function signInAtProvider(jar: CookieJar, start: string, user: string, backTo: string): Promise<string> {
  const isBack = (address: string) => address.startsWith(backTo)
  const form = await jar.follow(start, isBack)
  if (form.location !== undefined) return form.location
  const action = /<form[^>]* action="([^"]+)"/.exec(form.text)?.[1]
  if (action === undefined) throw new Error(`no form on the page of the provider: ${form.text.slice(0, 300)}`)
  const address = new URL(action, form.url).href
  const body = new URLSearchParams({ prompt: 'login', login: user, password: 'any' }).toString()
  const sent = await jar.visit(address, { method: 'POST', body })
  if (sent.location === undefined)
    throw new Error(`the login form was refused: ${sent.status} ${sent.text.slice(0, 300)}`)
  if (isBack(sent.location)) return sent.location
  const end = await jar.follow(sent.location, isBack)
  if (end.location === undefined) throw new Error(`the provider leads nowhere: ${end.status} ${end.text.slice(0, 300)}`)
  return end.location
}
