/** Addresses signed for single objects: what a worker without credentials is lent. */

import { PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { S3Access } from './s3-access.ts'
import { refusalError, refusalFrom } from './s3-errors.ts'
import type { ObjectInfo, PutRequest, SignedPut } from './storage.ts'

/** Left alone, the presigner moves it into the address, where Ceph does not look for metadata. */
const DIGEST_HEADER = 'x-amz-meta-sha256'

/**
 * Signs for every object that is not there yet. Signing calls nobody.
 * @param found what lies under each key already
 */
export function signPutsWithin(
  access: S3Access,
  prefix: string,
  objects: readonly PutRequest[],
  found: readonly (ObjectInfo | undefined)[],
  validForSeconds: number,
): Promise<readonly SignedPut[]> {
  return Promise.all(
    objects.map((object, i): Promise<SignedPut> | SignedPut => {
      const there = found[i]
      if (there) return { kind: 'exists', bytes: there.bytes, digest: there.digest }
      return sign(access, prefix + object.key, object, validForSeconds)
    }),
  )
}

async function sign(access: S3Access, name: string, object: PutRequest, validForSeconds: number): Promise<SignedPut> {
  const command = new PutObjectCommand({
    Bucket: access.bucket,
    Key: name,
    ContentLength: object.bytes,
    ContentMD5: object.md5,
    IfNoneMatch: '*',
    Metadata: { sha256: object.sha256 },
  })
  try {
    const url = await getSignedUrl(access.client, command, {
      expiresIn: validForSeconds,
      signingDate: access.now(),
      unhoistableHeaders: new Set([DIGEST_HEADER]),
    })
    // The length is signed too; it is left out here because whatever sends the content sets it from the content.
    const headers = { 'content-md5': object.md5, 'if-none-match': '*', [DIGEST_HEADER]: object.sha256 }
    return { kind: 'put', url, headers }
  } catch (error) {
    throw refusalError(refusalFrom(error), `sign an address for ${object.key}`, access.options, object.key)
  }
}
