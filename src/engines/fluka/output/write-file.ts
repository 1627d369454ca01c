/**
 * Writes binary files of FLUKA's estimators, of one run and merged: the inverse of read-file.ts, to the byte. Used for
 * fixtures, for the stand-in of FLUKA, and for the files that Isolario merges.
 */

import type { DetectFile } from './detect.ts'
import type { FirstRecord } from './first-record.ts'
import type { EstimatorFile } from './fluka-file.ts'
import { integer, logical, RecordWriter, real, text } from './record-writer.ts'
import type { ResnucleiFile } from './resnuclei.ts'
import type { SpectrumStatistics } from './spectrum.ts'
import type { UsrbdxFile } from './usrbdx.ts'
import type { UsrbinAxis, UsrbinFile } from './usrbin.ts'
import type { UsrtrackFile } from './usrtrack.ts'

/**
 * The bytes of a file.
 *
 * @throws RangeError for a merge whose projections on mass and charge are not known: the layout has no place for that.
 */
export function writeFlukaFile(file: EstimatorFile): Uint8Array {
  const writer = new RecordWriter()
  writeFirstRecord(writer, file.first)
  switch (file.estimator) {
    case 'RESNUCLEi':
      writeResnuclei(writer, file)
      break
    case 'USRBIN':
      writeUsrbin(writer, file)
      break
    case 'USRBDX':
      writeUsrbdx(writer, file)
      break
    case 'USRTRACK':
      writeUsrtrack(writer, file)
      break
    case 'DETECT':
      writeDetect(writer, file)
      break
  }
  return writer.bytes()
}

function writeFirstRecord(writer: RecordWriter, first: FirstRecord): void {
  const { RUNTIT, RUNTIM, WEIPRI, NCASE, MCASE, NBATCH, extra, length } = first
  const integers = [NCASE ?? 0, MCASE ?? 0, NBATCH ?? 0, ...(extra ?? [0, 0])].slice(0, (length - 116) / 4)
  writer.record(text(RUNTIT, 80), text(RUNTIM, 32), real(WEIPRI), ...integers.map(integer))
}

function writeResnuclei(writer: RecordWriter, { irradiation, merged, detectors }: ResnucleiFile): void {
  if (irradiation !== null) {
    const pairs = irradiation.flatMap(({ intensity, end }) => [intensity, end])
    writer.numbers(pairs, irradiation.length)
  }
  for (const { header, coolingTime, values, isomers } of detectors) {
    writer.record(
      integer(header.NRN),
      text(header.TIURSN, 10),
      integer(header.ITURSN),
      integer(header.NRURSN),
      real(header.VURSNC),
      integer(header.IMRHGH),
      integer(header.IZRHGH),
      integer(header.K),
    )
    if (coolingTime !== null) writer.record(real(coolingTime))
    writer.numbers(values)
    if (isomers !== null) writer.record(text('ISOMERS:', 10), integer(isomers.length)).numbers(isomers)
  }
  if (!merged) return
  writeStatisticsRecord(writer, detectors.length)
  for (const { header, statistics } of detectors) {
    const { total, totalError, projections, errors, isomerErrors } = known(statistics, header.TIURSN)
    if (projections === null) {
      throw new RangeError(
        `Detector ${header.TIURSN} has isomers whose mass and charge are not known, so the sums by mass and charge that a merged file must hold cannot be made.`,
      )
    }
    writer.numbers([total, totalError])
    writer.numbers(projections.byA).numbers(projections.byAErrors)
    writer.numbers(projections.byZ).numbers(projections.byZErrors)
    writer.numbers(errors)
    if (isomerErrors !== null) writer.numbers(isomerErrors)
  }
}

function writeUsrbin(writer: RecordWriter, { merged, detectors }: UsrbinFile): void {
  const axis = ({ low, high, bins, width }: UsrbinAxis) => [real(low), real(high), integer(bins), real(width)]
  for (const { header, values } of detectors) {
    writer.record(
      integer(header.NB),
      text(header.TITUSB, 10),
      integer(header.ITUSBN),
      integer(header.IDUSBN),
      ...axis(header.x),
      ...axis(header.y),
      ...axis(header.z),
      logical(header.LNTZER),
      real(header.BKUSBN),
      real(header.B2USBN),
      real(header.TCUSBN),
    )
    writer.numbers(values)
  }
  if (!merged) return
  writeStatisticsRecord(writer, detectors.length)
  for (const { header, errors } of detectors) writer.numbers(known(errors, header.TITUSB))
}

function writeUsrbdx(writer: RecordWriter, { merged, detectors }: UsrbdxFile): void {
  for (const { header, groups, values } of detectors) {
    writer.record(
      integer(header.NX),
      text(header.TITUSX, 10),
      integer(header.ITUSBX),
      integer(header.IDUSBX),
      integer(header.NR1USX),
      integer(header.NR2USX),
      real(header.AUSBDX),
      logical(header.LWUSBX),
      logical(header.LFUSBX),
      logical(header.LLNUSX),
      real(header.EBXLOW),
      real(header.EBXHGH),
      integer(header.NEBXBN),
      real(header.DEBXBN),
      real(header.ABXLOW),
      real(header.ABXHGH),
      integer(header.NABXBN),
      real(header.DABXBN),
    )
    if (groups !== null) writer.numbers(groups.ends, groups.ends.length - 1)
    writer.numbers(values)
  }
  if (!merged) return
  writeStatisticsRecord(writer, detectors.length)
  for (const { header, groups, statistics } of detectors) {
    writeSpectrumStatistics(writer, header.NEBXBN, groups?.ends.length, known(statistics, header.TITUSX))
  }
}

function writeUsrtrack(writer: RecordWriter, { merged, detectors }: UsrtrackFile): void {
  for (const { header, groups, values } of detectors) {
    writer.record(
      integer(header.NT),
      text(header.TITUTC, 10),
      integer(header.ITUSTC),
      integer(header.IDUSTC),
      integer(header.NRUSTC),
      real(header.VUSRTC),
      logical(header.LLNUTC),
      real(header.ETCLOW),
      real(header.ETCHGH),
      integer(header.NETCBN),
      real(header.DETCBN),
    )
    if (groups !== null) writer.numbers(groups.ends, groups.ends.length - 1)
    writer.numbers(values)
  }
  if (!merged) return
  writeStatisticsRecord(writer, detectors.length)
  for (const { header, groups, statistics } of detectors) {
    writeSpectrumStatistics(writer, header.NETCBN, groups?.ends.length, known(statistics, header.TITUTC))
  }
}

function writeDetect(writer: RecordWriter, { detectors }: DetectFile): void {
  for (const { header, counts } of detectors) {
    const { number, name, channels, emin, width, cutoff } = header
    writer.record(integer(number), text(name, 10), integer(channels), real(emin), real(width), real(cutoff))
    writer.integers(counts)
  }
}

function writeStatisticsRecord(writer: RecordWriter, detectors: number): void {
  writer.record(text('STATISTICS', 10), integer(detectors))
}

function writeSpectrumStatistics(
  writer: RecordWriter,
  bins: number,
  groupEnds: number | undefined,
  statistics: SpectrumStatistics,
): void {
  const { total, totalError, lowest, ends, flux, fluxErrors, cumulative, cumulativeErrors, errors } = statistics
  writer.numbers([total, totalError])
  writer.numbers([lowest, ...ends], bins, groupEnds === undefined ? 0 : groupEnds - 1)
  writer.numbers(flux).numbers(fluxErrors)
  writer.numbers(cumulative).numbers(cumulativeErrors)
  writer.numbers(errors)
}

function known<T>(statistics: T | null, name: string): T {
  if (statistics === null) throw new RangeError(`Detector ${name} of a merged file has no statistics.`)
  return statistics
}
