/** A Versity S3 Gateway of our own for tests: objects are files of a fresh folder. Loopback, free port, 0.2 s. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './free-ports.ts'
import { startPart, untilReady } from './parts.ts'
import { answers, type S3Server } from './s3-server.ts'

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
  const keys = ['--access', ACCESS_KEY, '--secret', SECRET_KEY]
  const args = ['--port', `127.0.0.1:${port}`, ...keys, '--iam-dir', users, 'posix', data]
  const gateway = startPart(folder, 'versitygw', program, args)
  const ready = () => untilReady('versitygw', [gateway], () => answers(endpoint))
  await ready()
  return {
    endpoint,
    region: 'us-east-1',
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    refusesUnsignedHeaders: true,
    killGateway: () => gateway.kill('SIGKILL'),
    restartGateway() {
      gateway.start()
      return ready()
    },
    freezeGateway: () => void gateway.kill('SIGSTOP'),
    thawGateway: () => void gateway.kill('SIGCONT'),
    async stop() {
      await gateway.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
