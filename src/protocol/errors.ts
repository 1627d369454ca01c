/**
 * Every error that the control service answers with: one row a cause. The manual page docs/errors.md is generated from
 * this table, and a test holds table, manual and code together, both ways.
 */

export interface ErrorRow {
  /** HTTP status. */
  readonly status: number
  /** Short and the same for every occurrence. */
  readonly title: string
  /** What to do about it. */
  readonly advice: string
}

export const ERRORS = {
  BAD_REQUEST: {
    status: 400,
    title: 'The request is not what this address expects',
    advice: 'Compare the request with the API document at /api/v1/openapi.json.',
  },
  NOT_JSON: {
    status: 400,
    title: 'The body is not JSON',
    advice: 'Send one JSON document in UTF-8; the detail names line and column.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    advice: 'A simulation document has at most 1 MiB, files to import together 64 MiB.',
  },
  DOCUMENT_INVALID: {
    status: 422,
    title: 'The simulation document has problems',
    advice: 'Mend every problem of the list; each names its path, unit and allowed range.',
  },
  DOCUMENT_TOO_NEW: {
    status: 422,
    title: 'The simulation document is of a newer version',
    advice: 'Update Isolario, or save the document with the older version.',
  },
  ENGINE_REFUSES: {
    status: 422,
    title: 'The chosen engine cannot do this',
    advice: 'Change the parameters that the list names, or choose another engine.',
  },
  IMPORT_REFUSED: {
    status: 422,
    title: 'The files cannot be imported',
    advice: 'The detail names the file and what is wrong with it; "isolario fluka read FILE" shows what it holds.',
  },
  JOB_TOO_LARGE: {
    status: 422,
    title: 'The job is larger than this installation allows',
    advice: 'Ask for fewer primaries or scan points.',
  },
  NOT_SIGNED_IN: {
    status: 401,
    title: 'You are not signed in',
    advice:
      'Sign in on the page of the service, or open the address that "isolario serve" printed; a program sends a valid token (ISOLARIO_TOKEN).',
  },
  WORKER_TOKEN_INVALID: {
    status: 401,
    title: 'The token of the worker is not valid',
    advice: 'Ask for a new one: "isolario worker-token ID". A token is good for one simulation and a limited time.',
  },
  NOT_ALLOWED: {
    status: 403,
    title: 'You may not do this',
    advice: 'Ask the owner of the simulation or an administrator.',
  },
  HOST_NOT_ALLOWED: {
    status: 421,
    title: 'This service does not answer under that name',
    advice:
      'Open the public address of the service, or the one that "isolario serve" printed; another name pointing here may be an attack on your browser.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'The request came from another site',
    advice: 'Use the portal at the address that the service has for browsers, or a client that sends a token.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is nothing at this address',
    advice: 'Check the address; a deleted simulation is gone for good.',
  },
  SIMULATION_NOT_FOUND: {
    status: 404,
    title: 'There is no such simulation',
    advice: 'List the simulations to find its id.',
  },
  NO_RESULT_YET: { status: 404, title: 'There is no result yet', advice: 'Wait for the first task to finish.' },
  ACTION_NOT_ALLOWED: {
    status: 409,
    title: 'The state of the simulation does not allow this action',
    advice: 'The detail names the state and the actions that it allows.',
  },
  JOB_ENDED: {
    status: 409,
    title: 'The simulation has ended',
    advice: 'There is nothing left to do for a worker of it; it ends.',
  },
  WORKERS_ELSEWHERE_UNSERVED: {
    status: 404,
    title: 'This service has no workers on other machines',
    advice: 'On one machine it starts its own. Workers elsewhere need Redis and S3: see docs/workers-elsewhere.md.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    title: 'The idempotency key was used for another request',
    advice: 'Use a fresh key for a new request.',
  },
  IDENTITY_UNAVAILABLE: {
    status: 503,
    title: 'The sign-in provider cannot be reached',
    advice: 'Try again in a moment; who is signed in already stays so.',
  },
  RECORDS_UNAVAILABLE: {
    status: 503,
    title: 'The records cannot be reached',
    advice: 'Try again in a moment; nothing that was accepted is lost.',
  },
  STORAGE_UNAVAILABLE: {
    status: 503,
    title: 'The storage cannot be reached or is full',
    advice: 'Free space or bring the storage back; waiting tasks go on by themselves.',
  },
  QUEUE_UNAVAILABLE: {
    status: 503,
    title: 'The queue of the tasks does not answer',
    advice: 'Bring Redis back; nothing is lost, and waiting jobs go on by themselves.',
  },
  CLUSTER_UNAVAILABLE: {
    status: 503,
    title: 'The cluster cannot start or end workers now',
    advice: 'The detail says what it answered; it is tried again by itself, and nothing that was accepted is lost.',
  },
  STORAGE_REFUSED: {
    status: 500,
    title: 'The storage refuses what the service asks of it',
    advice:
      'An administrator has to set bucket, keys or address of the storage right; nothing that was accepted is lost.',
  },
  QUEUE_REFUSED: {
    status: 500,
    title: 'The queue refuses what the service asks of it',
    advice: 'An administrator has to set the Redis user of the service right; nothing that was accepted is lost.',
  },
  CLUSTER_REFUSED: {
    status: 500,
    title: 'The cluster refuses what the service asks of it',
    advice:
      'An administrator has to set rights, quota or names in the cluster right; the detail says what it refused. Nothing that was accepted is lost.',
  },
  STORED_RESULT_DAMAGED: {
    status: 500,
    title: 'A stored result is damaged',
    advice: 'The detail names the object; run the simulation again with the same job key to replace it.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something went wrong inside Isolario',
    advice: 'Try again; report the reference if it happens twice.',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS
