/**
 * A real OpenID provider for tests (oidc-provider, certified) on loopback, with addresses named as INDIGO IAM names them. It can go
 * away, come back with the same keys or with new ones, and sign whatever a test wants signed.
 */

import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import type { Certificate } from './certificate.ts'
import { freePort } from './free-ports.ts'

export interface ProviderUser {
  readonly name: string
  /** `undefined`: the provider tells nothing of groups. */
  readonly groups?: readonly string[]
}

export interface OpenidProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** By login name; any password is right. May be changed while it runs. */
  readonly users: Map<string, ProviderUser>
  /** Requests that were answered, by path. */
  readonly asked: string[]
  /** Set to spoil the ID tokens of the next logins: they get these claims instead of their own. */
  idTokenClaims: Readonly<Record<string, unknown>>
  /** The userinfo address refuses every token. */
  refusesUserinfo: boolean
  /** A token with the provider's own key. Claims that are `undefined` are left out. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>
  /** Refuses connections. */
  goAway(): Promise<void>
  /** @param options `newKeys`: the former ones are gone, unless they stay beside them for a while (`keepsOld`). */
  comeBack(options?: {
    readonly newKeys?: boolean
    readonly keepsOld?: boolean
    readonly keyId?: string
  }): Promise<void>
  stop(): Promise<void>
}

export interface OpenidProviderOptions {
  /** Address of the service that signs in, without a slash at the end. */
  readonly publicUrl: string
  /** `localhost` makes provider and a service at 127.0.0.1 different sites for a browser. */
  readonly host?: '127.0.0.1' | 'localhost'
  /** Speaks TLS with this certificate, and calls itself by the address that it is for, which leads to loopback. */
  readonly tls?: Certificate & { readonly address: string }
  /** Where groups stand in tokens. Default `groups`. */
  readonly groupsClaim?: string
  /** Groups stand at the userinfo address only, as INDIGO IAM may be set. */
  readonly groupsInUserinfoOnly?: boolean
  /** Takes the secret of the client in this way and no other. Default: in the body. */
  readonly clientAuthentication?: 'client_secret_post' | 'client_secret_basic'
}

export const RESOURCE = 'https://isolario.test/'

export async function startOpenidProvider(options: OpenidProviderOptions): Promise<OpenidProvider> {
  const { publicUrl, host = '127.0.0.1', groupsClaim = 'groups', groupsInUserinfoOnly = false } = options
  const { clientAuthentication = 'client_secret_post', tls } = options
  const port = await freePort()
  const issuer = tls ? `https://${tls.address}:${port}` : `http://${host}:${port}`
  const client = { clientId: 'isolario', clientSecret: 'a-secret-of-the-test_with.signs~in-it' }
  const users = new Map<string, ProviderUser>([
    ['alice', { name: 'Alice Ansaldo', groups: ['/isolario', '/isolario/admins'] }],
    ['bob', { name: 'Bob Bragg', groups: ['/isolario'] }],
    ['mallory', { name: 'Mallory', groups: ['/elsewhere'] }],
    ['nemo', { name: 'Nemo' }],
  ])
  const asked: string[] = []
  let keyId = 'key-1'
  let keys = await generateKeyPair('RS256', { extractable: true })
  let published: JWK[] = []
  let server: Server

  const provider: OpenidProvider = {
    issuer,
    ...client,
    users,
    asked,
    idTokenClaims: {},
    refusesUserinfo: false,
    sign(claims, header = {}) {
      const payload = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
      return new SignJWT(payload as JWTPayload)
        .setProtectedHeader({ alg: 'RS256', kid: keyId, ...header })
        .sign(keys.privateKey)
    },
    async goAway() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
    async comeBack({ newKeys = false, keepsOld = false, keyId: nextId = newKeys ? `${keyId}+` : keyId } = {}) {
      if (!keepsOld) published = []
      if (newKeys) keys = await generateKeyPair('RS256', { extractable: true })
      keyId = nextId
      await start()
    },
    stop: () => provider.goAway(),
  }

  const start = async () => {
    const jwk: JWK = { ...(await exportJWK(keys.privateKey)), kid: keyId, alg: 'RS256', use: 'sig' }
    published = [jwk, ...published.filter(({ kid }) => kid !== keyId)]
    const made = new Provider(issuer, {
      clients: [
        {
          client_id: client.clientId,
          client_secret: client.clientSecret,
          token_endpoint_auth_method: clientAuthentication,
          redirect_uris: [`${publicUrl}/login/callback`],
          post_logout_redirect_uris: [`${publicUrl}/`],
          grant_types: ['authorization_code', 'client_credentials'],
          response_types: ['code'],
        },
      ],
      jwks: { keys: published },
      clientAuthMethods: [clientAuthentication],
      cookies: { keys: ['of the test'] },
      scopes: ['openid', 'profile', 'wlcg.groups'],
      claims: {
        openid: ['sub'],
        profile: ['name', 'preferred_username', groupsClaim],
        'wlcg.groups': ['wlcg.groups'],
      },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      findAccount: async (_context: unknown, id: string) => {
        const user = users.get(id)
        if (!user) return undefined
        const groups = user.groups === undefined ? {} : { [groupsClaim]: user.groups }
        return {
          accountId: id,
          claims: async (use: string) => ({
            sub: id,
            name: user.name,
            preferred_username: id,
            ...(groupsInUserinfoOnly && use === 'id_token' ? {} : groups),
          }),
        }
      },
      // Everybody agreed already: there is a login page, and none that asks for consent.
      loadExistingGrant: async (context: {
        oidc: { client: { clientId: string }; session: { accountId: string } }
      }) => {
        const { client: asking, session } = context.oidc
        const grant = new made.Grant({ clientId: asking.clientId, accountId: session.accountId })
        grant.addOIDCScope('openid profile wlcg.groups')
        await grant.save()
        return grant
      },
      features: {
        devInteractions: { enabled: true },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: '',
            audience: publicUrl,
            accessTokenTTL: 600,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      ttl: { AccessToken: 600, IdToken: 600, Session: 3600, Grant: 3600, Interaction: 600, ClientCredentials: 600 },
      routes: {
        authorization: '/authorize',
        token: '/token',
        userinfo: '/userinfo',
        jwks: '/jwk',
        end_session: '/logout',
      },
    })
    const answer = made.callback()
    const listener: RequestListener = (request, response) => {
      const path = request.url!.split('?')[0]!
      asked.push(path)
      if (path === '/userinfo' && provider.refusesUserinfo) {
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
        return undefined
      }
      if (path !== '/token' || Object.keys(provider.idTokenClaims).length === 0) return answer(request, response)
      return spoilIdToken(answer, request, response, provider)
    }
    server = tls ? createTlsServer({ key: tls.key, cert: tls.certificate }, listener) : createServer(listener)
    await new Promise<void>((done, failed) => server.once('error', failed).listen(port, host, done))
  }
  await start()
  return provider
}

/** The provider's own answer with another ID token in it, signed by the same key unless the test says otherwise. */
function spoilIdToken(
  answer: ReturnType<Provider['callback']>,
  request: Parameters<ReturnType<Provider['callback']>>[0],
  response: Parameters<ReturnType<Provider['callback']>>[1],
  provider: OpenidProvider,
): void {
  const end = response.end.bind(response)
  response.end = ((body: unknown) => {
    void (async () => {
      const tokens = JSON.parse(String(body)) as { id_token?: string }
      if (tokens.id_token === undefined) return end(body as string)
      const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1]!, 'base64url').toString()) as object
      const { alg, ...changed } = provider.idTokenClaims
      const all = { ...claims, ...changed }
      const unsigned = [{ alg: 'none' }, all].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      const id_token = alg === 'none' ? `${unsigned.join('.')}.` : await provider.sign(all)
      const text = JSON.stringify({ ...tokens, id_token })
      response.setHeader('content-length', Buffer.byteLength(text))
      return end(text)
    })()
    return response
  }) as typeof response.end
  answer(request, response)
}
