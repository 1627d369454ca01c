/** Reading of the raw tables: rows of text, comma separated values. */

/** Lines of a file without line ends, whatever the line ends are. */
export const linesOf = (text: string): string[] => text.split(/\r?\n/)

/**
 * Rows of a comma separated table by column name. Double quotes keep a comma inside a field (`"beta-,n"`).
 * Throws when a row has another number of fields than the header.
 */
export function readCsv(text: string): Record<string, string>[] {
  const rows = linesOf(text).filter((line) => line !== '')
  const header = fieldsOf(rows[0]!)
  return rows.slice(1).map((line, index) => {
    const fields = fieldsOf(line)
    if (fields.length !== header.length) {
      throw new Error(`row ${index + 2} has ${fields.length} fields, the header ${header.length}: ${line}`)
    }
    return Object.fromEntries(header.map((name, column) => [name, fields[column]!]))
  })
}

function fieldsOf(line: string): string[] {
  const fields: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)) fields.push(quoted ?? plain ?? '')
  return fields
}

/** Columns of a fixed-width line, counted from 1 with both ends included, as the tables' own format notes count. */
export const columns = (line: string, first: number, last: number): string => line.slice(first - 1, last).trim()
