/**
 * The policy of a bucket for Isolario: what its own user may do, and what nobody may do with an address that it signed.
 *
 * The second part matters on Ceph. AWS refuses a request with `x-amz-` headers that were not signed; Ceph (seen: 16.2) takes
 * them. Whoever holds an address for one object could send `x-amz-copy-source` with it and copy any object of the bucket to
 * that key, or make it public by `x-amz-acl`. Isolario itself sends none of these headers, so the bucket may refuse them all.
 */

const GRANTS = ['read', 'write', 'read-acp', 'write-acp', 'full-control']

/** Statements that refuse headers which turn the right to put one object into something else. */
function refusals(objects: string) {
  const conditions: readonly (readonly [string, Record<string, string>])[] = [
    ['NoCopies', { 's3:x-amz-copy-source': '*' }],
    ['NoCannedRights', { 's3:x-amz-acl': '?*' }],
    ...GRANTS.map((right) => [`NoGrantOf-${right}`, { [`s3:x-amz-grant-${right}`]: '?*' }] as const),
  ]
  return conditions.map(([Sid, StringLike]) => ({
    Sid,
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:PutObject'],
    Resource: [objects],
    Condition: { StringLike },
  }))
}

/**
 * @param user ARN of the user whose keys Isolario holds (on Ceph `arn:aws:iam:::user/isolario`); `null` when it owns the
 *   bucket, and may do everything in it anyway
 * @param prefix as in the options of the storage
 */
export function bucketPolicy(bucket: string, user: string | null, prefix = ''): object {
  const objects = `arn:aws:s3:::${bucket}/${prefix}*`
  const grants = user
    ? [
        {
          Sid: 'Objects',
          Effect: 'Allow',
          Principal: { AWS: [user] },
          Action: [
            's3:PutObject',
            's3:GetObject',
            's3:DeleteObject',
            's3:AbortMultipartUpload',
            's3:ListMultipartUploadParts',
          ],
          Resource: [objects],
        },
        {
          Sid: 'Lists',
          Effect: 'Allow',
          Principal: { AWS: [user] },
          Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
          Resource: [`arn:aws:s3:::${bucket}`],
        },
      ]
    : []
  return { Version: '2012-10-17', Statement: [...grants, ...refusals(objects)] }
}
