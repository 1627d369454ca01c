/** Characters of a Fortran record: one byte each, padded with blanks. */

/** `length` characters from `offset` on; what is not printable ASCII becomes `?`. */
export function fortranText(view: DataView, offset: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) {
    const code = view.getUint8(offset + i)
    text += code >= 32 && code < 127 ? String.fromCharCode(code) : '?'
  }
  return text
}

/** True when all characters are printable ASCII. */
export function isFortranText(view: DataView, offset: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const code = view.getUint8(offset + i)
    if (code < 32 || code > 126) return false
  }
  return true
}
