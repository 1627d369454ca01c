/** The address of a PostgreSQL database, with one server or several of which one is the primary. */

import { RecordsError } from './records.ts'

/** More addresses than a cluster has servers. */
const MOST_SERVERS = 16

/**
 * One address for each server named. `postgresql://user:password@one:5432,two:5433/records` names two, as libpq has it
 * (PostgreSQL 15 manual, 34.1.1.3); a server without a port has that of the address before it or 5432.
 * @throws RecordsError `RECORDS_REFUSED` for what is no such address; the address itself is not repeated
 */
export function serversOf(url: string): readonly string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s.exec(url)
  const [, before, hosts, after] = parts ?? []
  const names = (hosts ?? '').split(',')
  const addresses = names.map((host) => `${before}${host}${after}`)
  if (
    !parts ||
    names.length > MOST_SERVERS ||
    names.some((host) => host === '') ||
    addresses.some((a) => !URL.canParse(a))
  ) {
    throw new RecordsError(
      'RECORDS_REFUSED',
      'The address of the records is none of PostgreSQL; expected one such as postgresql://user:password@host:5432/database, with several servers postgresql://user:password@one:5432,two:5432/database.',
    )
  }
  return addresses
}
