/** Over everything that a stand-in computed: it cannot be closed. */

import style from './shell.module.css'

/** What every page, picture and report of a stand-in's numbers says. */
export const STAND_IN_WORDS = 'STAND-IN for FLUKA: numbers come from the built-in model'

export function StandInBanner({ some = false }: { readonly some?: boolean }) {
  return (
    <p className={style.standIn} role="note">
      <strong>{STAND_IN_WORDS}</strong>
      {some ? ', in the simulations marked STAND-IN.' : '. They are for trying the way, not for physics.'}
    </p>
  )
}
