/** What our test provider uses of oidc-provider, which comes without types. */
declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface Grant {
    addOIDCScope(scope: string): void
    addOIDCClaims(claims: readonly string[]): void
    save(): Promise<string>
  }

  // biome-ignore lint/style/noDefaultExport: that is how the package gives it.
  export default class Provider extends EventEmitter {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    readonly Grant: new (of: {
      accountId: string
      clientId: string
    }) => Grant
  }
}
