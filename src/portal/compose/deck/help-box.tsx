/** What the card under pointer or caret means. Its height never changes. */

import type { HelpAt } from '#engines/fluka/deck/help-at.ts'
import style from './deck.module.css'

export function HelpBox({ help }: { readonly help: HelpAt | null }) {
  return (
    <div className={style.help} role="status" aria-label="Help for the card">
      {help === null ? (
        <p>Point at a card, or move the caret to it, to read what it and its fields mean.</p>
      ) : (
        <>
          <p>
            <strong>{help.command}</strong>
            {help.part === 'what' && <strong> WHAT({help.what})</strong>}
            {help.part === 'sdum' && <strong> SDUM</strong>}: {partWords(help)}
          </p>
          {help.part !== 'command' && <p className={style.soft}>{help.card.purpose}</p>}
          {help.card.flavourNote !== '' && <p className={style.soft}>{help.card.flavourNote}</p>}
        </>
      )}
    </div>
  )
}

function partWords({ part, field, card }: HelpAt): string {
  if (part === 'command') return card.purpose
  if (part === 'sdum') return card.sdum === '' ? 'not used by this card.' : card.sdum
  if (field === null) return card.whats.length > 0 ? 'not used by this card.' : 'has no description here.'
  return field.unit === '' ? field.meaning : `${field.meaning} [${field.unit}]`
}
