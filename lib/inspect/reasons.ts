/**
 * Why something waits, and what helps: every reason with its code, its sentence and its remedy, in one catalogue.
 *
 * To add one: its entry here, and in `causes.ts` the rule that gives it. What resolving tells (`WaitReason` and the
 * reasons of a `WaitingProduct` in `resolve.ts`) is mapped there without a gap: a new one does not compile until it has
 * its reason.
 */
import type { Model } from '../rules/keywords.js'
import { referenceColumns } from '../settle/features.js'
import { inWords, shellWord } from '../text/words.js'

/** What a remedy tells more exactly, where it is known. */
export interface RemedyOptions {
  /** The model of what waits. */
  readonly model?: Model | null | undefined
  /** The keywords that differ. */
  readonly differs?: readonly string[] | undefined
  /** The database in the commands, as a shell takes it; `db` in general. */
  readonly database?: string | undefined
}

interface Entry {
  readonly sentence: string
  /** Whether an association file is what helps, whatever the keywords are. */
  readonly byFile?: boolean
  /** One line. It begins with "nothing to do" where time is the answer. */
  readonly remedy: (options: RemedyOptions) => string
}

const associate = ({ database = 'db' }: RemedyOptions) => `\`jwst-ingest associate ${shellWord(database)} --asn asn\``
const prune = ({ database = 'db' }: RemedyOptions) =>
  `\`jwst-ingest prune ${shellWord(database)} --older-than 180d\` sets aside what waited too long`

/** The order is that in which they are counted. */
const CATALOGUE = {
  'no-product': {
    sentence: 'no product yet',
    remedy: (its) => `nothing to do: the product may still come; ${prune(its)}`,
  },
  'keywords-differ': {
    sentence: 'product and exposures of one observation wait, but keywords differ',
    remedy: (its) => `${redeliver(its.differs, ['keywords'])}, or give the association file: ${associate(its)}`,
  },
  'target-differs': {
    sentence: 'product and exposures agree in all keywords, but not in the target',
    remedy: (its) => `${redeliver(its.differs, ['target'])}, or give the association file: ${associate(its)}`,
  },
  'candidate-only': {
    sentence: 'only a product of another candidate could use it',
    byFile: true,
    remedy: (its) => `give the association file of that product: ${associate(its)}`,
  },
  'other-members': {
    sentence: 'the association file of the nearest product names other exposures',
    byFile: true,
    remedy: (its) => `give a newer association file that names these exposures: ${associate(its)}`,
  },
  'product-dropped': {
    sentence: 'a product of its observation was dropped, by its exposure type or channel',
    remedy: (its) => `re-deliver the product if its EXP_TYPE is wrong; else it never comes, and ${prune(its)}`,
  },
  'product-without-size': {
    sentence: 'the product has no size yet',
    remedy: () => 're-deliver the product with its ImageSize',
  },
  'product-taken-over': {
    sentence: 'its product was taken over without level1.csv: its exposures are unknown',
    remedy: (its) => `ingest the days of all its exposures, and give its association file: ${associate(its)}`,
  },
  'members-missing': {
    sentence: 'science members that its association file names are not there',
    remedy: (its) =>
      `nothing to do: they may still come; of one that never does, give a newer association file: ${associate(its)}`,
  },
  'no-coordinates': {
    sentence: 'no usable coordinates',
    remedy: ({ model }) => `re-deliver the exposures with ${coordinatesOf(model)}`,
  },
  ambiguous: {
    sentence: 'another product fits the same exposures as well',
    byFile: true,
    remedy: (its) => `give the association files of these products: ${associate(its)}`,
  },
  'no-exposures': {
    sentence: 'no exposures yet',
    remedy: (its) => `nothing to do: the exposures may still come; ${prune(its)}`,
  },
  'exposures-ungrouped': {
    sentence: 'its exposures can be in no group',
    byFile: true,
    remedy: (its) => `give its association file: ${associate(its)}`,
  },
  'no-group': {
    sentence: 'exposures of its kind are in no group',
    byFile: true,
    remedy: (its) => `give an association file that names it as science: ${associate(its)}`,
  },
  'across-observations': {
    sentence: 'no association file names the exposures of this product across observations',
    byFile: true,
    remedy: (its) => `give its association file: ${associate(its)}`,
  },
} as const satisfies Record<string, Entry>

/** The code of a reason. */
export type Reason = keyof typeof CATALOGUE

/** Every reason, in the order in which they are counted. */
export const REASON_CODES = Object.keys(CATALOGUE) as readonly Reason[]

/** What each reason says. */
export const REASONS = Object.fromEntries(REASON_CODES.map((code) => [code, CATALOGUE[code].sentence])) as Readonly<
  Record<Reason, string>
>

/** What helps against a reason, in one line; "nothing to do: …" where time is the answer. */
export function remedyOf(reason: Reason, options: RemedyOptions = {}): string {
  return CATALOGUE[reason].remedy(options)
}

/** Whether an association file is what helps against a reason, whatever the keywords are. */
export function needsFile(reason: Reason): boolean {
  const { byFile = false }: Entry = CATALOGUE[reason]
  return byFile
}

function redeliver(differs: readonly string[] = [], inGeneral: readonly string[] = []): string {
  // `targra` is no keyword of a file, but made of one.
  const keywords = differs.map((keyword) => (keyword === 'targra' ? 'TARG_RA' : keyword))
  return `re-deliver product or exposures with the same ${inWords(keywords.length === 0 ? inGeneral : keywords)}`
}

/** The columns of the reference points that a model is made of (section 6). */
function coordinatesOf(model: Model | null | undefined): string {
  const image = inWords(referenceColumns('IMAGE'))
  const other = inWords(referenceColumns('SPEC'))
  if (model === 'IMAGE') return image
  return model == null || model === 'FGS' ? `${image} (images) or ${other} (others)` : other
}
