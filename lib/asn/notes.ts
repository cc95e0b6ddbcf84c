/**
 * What a run did with association files, as text; and how counts and examples are told.
 */

import type { AssociationSummary } from '../settle/named-counts.js'
import { counted, withExamples } from '../text/words.js'

/** Only runs that read association files, or met products that they name, have something to tell of them. */
export function associationLines(summary: AssociationSummary): string[][] {
  const { files, products, skipped, candidatesLeft, unusable, matched, waiting, waitingMosaics } = summary
  const others = [
    ...(skipped > 0 ? [`${skipped} of Level 2 skipped`] : []),
    ...(candidatesLeft > 0 ? [`${counted(candidatesLeft, 'product')} across observations left out`] : []),
    ...(unusable > 0 ? [`${unusable} unusable`] : []),
  ]
  const read = `${counted(products, 'product')} in ${counted(files, 'file')}`
  return [
    ...(files + skipped + unusable > 0 ? [['association', [read, ...others].join(', ')]] : []),
    ...(matched + waiting + waitingMosaics > 0
      ? [['members', `${counted(matched, 'product')} matched by them, ${countBoth(waiting, waitingMosaics)} waiting`]]
      : []),
  ]
}

/** Products and mosaics, as far as there are any. */
function countBoth(products: number, mosaics: number): string {
  if (mosaics === 0) return counted(products, 'product')
  return products === 0
    ? counted(mosaics, 'mosaic')
    : `${counted(products, 'product')} and ${counted(mosaics, 'mosaic')}`
}

/** What of association files the user may want to look into. */
export function associationNotes(summary: AssociationSummary): string[] {
  const { faults, passedOver, passedOverExamples, incomplete, incompleteMosaics, incompleteExamples } = summary
  const allIncomplete = incomplete + incompleteMosaics
  const notes = faults.map(({ reason, count: number, examples }) =>
    withExamples(`${counted(number, 'association file')} left out: ${reason}`, examples, number),
  )
  if (passedOver > 0) {
    const title = `${counted(passedOver, 'member')} of association files passed over, as their names are those of no exposures:`
    notes.push(withExamples(title, passedOverExamples, passedOver))
  }
  if (allIncomplete > 0) {
    const examples = incompleteExamples.map(({ product, missing, missingCount }) => {
      const more = missingCount > missing.length ? ` and ${missingCount - missing.length} more` : ''
      return `${product}: ${missing.join(', ')}${more}`
    })
    const what = countBoth(incomplete, incompleteMosaics)
    const title = `${what} left waiting for science members that their association files name:`
    notes.push(withExamples(title, examples, allIncomplete))
  }
  if (summary.withheld > 0) notes.push(withheldNote(summary))
  return notes
}

/** Such a product may lack exposures, or the file may be the wrong one: nothing but the user's eye can tell. */
function withheldNote({ withheld, withheldExamples }: AssociationSummary): string {
  const examples = withheldExamples.map(({ product, files, exposures, exposureCount }) => {
    const more = exposureCount > exposures.length ? ` and ${exposureCount - exposures.length} more` : ''
    return `${product}: ${files.join(', ')} withholds ${exposures.join(', ')}${more}`
  })
  const title = `${counted(withheld, 'product')} matched by keywords without exposures that association files give to others:`
  return withExamples(title, examples, withheld)
}
