/** A positive number typed into a small field: the number, `null` for an empty field, `undefined` for anything else. */
export function readPositive(text: string): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : undefined
}
