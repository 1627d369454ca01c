/** A Versity S3 Gateway of our own for tests: objects are files of a fresh folder. Loopback, free port, 0.2 s. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './free-ports.ts'
import { answers, type S3Server, ServerProcess, untilReady } from './s3-server.ts'

const ACCESS_KEY = 'test-access'
const SECRET_KEY = 'test-secret-key-of-versity'

/** @param program `versitygw`. */
export async function startVersitygw(program: string): Promise<S3Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'isolario-versitygw-'))
  const [data, users] = [path.join(folder, 'data'), path.join(folder, 'users')]
  await mkdir(data)
  await mkdir(users)
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const log = path.join(folder, 'log')
  let gateway: ServerProcess
  const start = async () => {
    const keys = ['--access', ACCESS_KEY, '--secret', SECRET_KEY]
    const args = ['--port', `127.0.0.1:${port}`, ...keys, '--iam-dir', users, 'posix', data]
    gateway = new ServerProcess(program, args, log)
    await untilReady('versitygw', gateway, () => answers(endpoint))
  }
  await start()
  return {
    endpoint,
    region: 'us-east-1',
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    refusesUnsignedHeaders: true,
    killGateway: () => gateway.end('SIGKILL'),
    restartGateway: start,
    freezeGateway: () => void gateway.child.kill('SIGSTOP'),
    thawGateway: () => void gateway.child.kill('SIGCONT'),
    async stop() {
      await gateway.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
