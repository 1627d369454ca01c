/** The parts that the simulator has in the place of database and disk keep the same contracts as the real ones. */

import { describeRecordsContract } from '../contracts/records.ts'
import { MemoryRecords } from './memory-records.ts'

describeRecordsContract('in memory', async () => {
  const records = new MemoryRecords()
  return { records, done: () => records.close() }
})
