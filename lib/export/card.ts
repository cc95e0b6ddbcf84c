/**
 * The data card of an export: `datapackage.json` for programs, `data-card.md` for people.
 */
import { groupBy } from '../audit/lines.js'
import { type CardContent, dataPackage, type Resource } from './data-package.js'

/** The files of a data card, and what is in each. */
export function cardFiles(content: CardContent): readonly (readonly [name: string, text: string])[] {
  const described = dataPackage(content)
  return [
    ['datapackage.json', `${JSON.stringify(described, null, 2)}\n`],
    ['data-card.md', markdown(described)],
  ]
}

/** The names of these files. */
export const CARD_NAMES = ['datapackage.json', 'data-card.md'] as const

function markdown(described: ReturnType<typeof dataPackage>): string {
  const { title, description, created, generator, since, split, resources } = described
  const made = `Made by ${generator.name} ${generator.version} on ${created.slice(0, 10)}.`
  const sections = [
    `# ${title}`,
    `${description} ${made} What is here for programs is in \`datapackage.json\` (https://datapackage.org).`,
    ...(since === undefined ? [] : [`All rows have a date of ${since} or later.`]),
    ...(split === undefined ? [] : [splitText(split)]),
    '## Files',
    filesTable(resources),
    ...sizesSection(resources),
    '## Columns',
    'A blank is null. Codes stand for the values that `datapackage.json` has under `categories`.',
    ...columnSections(resources),
  ]
  return `${sections.join('\n\n')}\n`
}

function splitText({ share, seed }: { readonly share: number; readonly seed: number }): string {
  return `Products are shared out by a hash of their name: a share of ${share} for training (\`.train\`), all others for testing (\`.test\`), seed ${seed}. A product is in the same part in every table.`
}

/** A table of markdown. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function filesTable(resources: readonly Resource[]): string {
  const rows = resources.map(({ path, rows: count, schema, dates }) => [
    path,
    count,
    schema.fields.length,
    dates?.first ?? '–',
    dates?.last ?? '–',
  ])
  return table(['file', 'rows', 'columns', 'first date', 'last date'], rows)
}

/** Products by size, where files have it. */
function sizesSection(resources: readonly Resource[]): string[] {
  const sized = resources.flatMap(({ path, sizes }) => (sizes === undefined ? [] : [{ path, classes: sizes.classes }]))
  const [first] = sized
  if (first === undefined) return []
  const names = first.classes.map(({ from, to }) => (to === undefined ? `≥ ${from} GB` : `${from}–${to} GB`))
  const rows = sized.map(({ path, classes }) => [path, ...classes.map(({ products }) => products)])
  return ['## Products by size', table(['file', ...names], rows)]
}

/** The columns, told once for files that have the same ones. */
function columnSections(resources: readonly Resource[]): string[] {
  const groups = groupBy(resources, ({ schema }) => JSON.stringify(schema.fields))
  return [...groups.values()].flatMap((group) => {
    const title = `### ${group.map(({ path }) => `\`${path}\``).join(', ')}`
    const fields = group[0]?.schema.fields ?? []
    const rows = fields.map(({ name, type, unit, description }) => [`\`${name}\``, type, unit ?? '', description])
    return [title, table(['column', 'type', 'unit', 'meaning'], rows)]
  })
}
