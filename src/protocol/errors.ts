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
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', advice: 'A simulation document has at most 1 MiB.' },
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
  JOB_TOO_LARGE: {
    status: 422,
    title: 'The job is larger than this installation allows',
    advice: 'Ask for fewer primaries or scan points.',
  },
  NOT_SIGNED_IN: {
    status: 401,
    title: 'You are not signed in',
    advice: 'Open the address that "isolario serve" printed, with its token.',
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
      'Open the address that "isolario serve" printed; another name pointing here may be an attack on your browser.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'The request came from another site',
    advice: 'Use the portal at the address that "isolario serve" printed, or a client that sends a token.',
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
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    title: 'The idempotency key was used for another request',
    advice: 'Use a fresh key for a new request.',
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
