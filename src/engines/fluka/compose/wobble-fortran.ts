/**
 * Our part of the routine that samples the wobbled beam, as Fortran 77 (fixed form, at most 72 columns). It uses one thing
 * of FLUKA's: the generator FLRNDM, so that its random numbers are those of the run's seed.
 *
 * A Gaussian spot whose centre goes around a circle (physics conventions 3): phase uniform, then a step by the method of
 * Box and Muller (Ann. Math. Stat. 29, 610, 1958). On its first call it writes its name into the listing, so that a run
 * of an executable without it is found out.
 *
 * Unproven: never compiled or run with FLUKA itself here; compiled alone and tested with a generator of our own.
 */

/** Line that the routine writes into the listing (unit 11). */
export const ROUTINE_MARK = 'ISOLARIO SOURCE ROUTINE: isolario-wobbled-1'

export const WOBBLE_FORTRAN = `*
*     Isolario: a Gaussian beam spot that goes around a circle.
*     Name and version: isolario-wobbled-1
*
*     Moves the point (X, Y) by a random step: RADIUS in a random
*     direction, then a Gaussian step of standard deviation SIGMA in
*     each of x and y. All lengths in cm.
*     FLRNDM is FLUKA's generator: uniform from 0 up to 1, without 1.
*
      SUBROUTINE ISOWOB ( SIGMA, RADIUS, X, Y )
      IMPLICIT NONE
      DOUBLE PRECISION SIGMA, RADIUS, X, Y
      DOUBLE PRECISION TWOPI, PHASE, STEP, ANGLE, DUMMY
      DOUBLE PRECISION FLRNDM
      EXTERNAL FLRNDM
      PARAMETER ( TWOPI = 6.283185307179586476925D0 )
      LOGICAL LTOLD
      SAVE LTOLD
      DATA LTOLD / .FALSE. /
*
      IF ( .NOT. LTOLD ) THEN
         LTOLD = .TRUE.
         WRITE ( 11, '(1X,A,A)' ) 'ISOLARIO SOURCE ROUTINE: ',
     &      'isolario-wobbled-1'
      END IF
      DUMMY = 0.0D0
      PHASE = TWOPI * FLRNDM ( DUMMY )
      STEP = SIGMA * SQRT ( -2.0D0 * LOG ( 1.0D0 - FLRNDM ( DUMMY ) ) )
      ANGLE = TWOPI * FLRNDM ( DUMMY )
      X = X + RADIUS * COS ( PHASE ) + STEP * COS ( ANGLE )
      Y = Y + RADIUS * SIN ( PHASE ) + STEP * SIN ( ANGLE )
      RETURN
      END
`
