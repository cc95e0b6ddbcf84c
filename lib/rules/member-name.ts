/**
 * Names of association files and of the exposures in them (specification, section 9).
 */
import { datasetName } from './dataset.js'

/** An exposure's own name: program, observation and visit; group, sequence and activity; number; detector. */
const EXPOSURE = /^jw\d{11}_[^_.]+_[^_.]+_[^_.]+/

/**
 * The dataset that a member's name means, lower case: without folders, extension, and whatever pipeline steps put behind
 * the detector (`_cal`, `_a3001_crf`, …).
 */
export function memberName(expname: string): string {
  const file = fileNameIn(expname)
  return EXPOSURE.exec(file)?.[0] ?? datasetName(file.replace(/\.gz$/, ''))
}

/** The name of a file without its folder, of whatever system, in lower case. */
export function fileNameIn(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase()
}

/** Whether a member's dataset can be an exposure, by its name: a product or a catalog cannot. */
export function isExposureName(name: string): boolean {
  return EXPOSURE.exec(name)?.[0] === name
}

/** Whether a name is that of an association file, as the observatory names them. */
export function isAssociationName(name: string): boolean {
  return /_asn\.json$/i.test(name)
}
