/** Days of one program that are slow: what needs all rows of a program is done for all of them in one go. */
import { generateDays } from '../../bench/generator.js'

/** A daily file with so many rows, all of one program, with observations of all kinds. */
export function oneProgram(rows: number): string {
  const [day] = generateDays({ days: 1, rows, shuffle: true, late: 0, match: 0.8 })
  const [header = '', ...lines] = day?.lines ?? []
  const program = header.split(',').indexOf('PROGRAM')
  const moved = lines.map((line, number) => {
    const [dataset = '', ...rest] = line.split(',').with(program, '01234')
    return [renamed(dataset, String(number).padStart(6, '0')), ...rest].join(',')
  })
  return `${[header, ...moved].join('\n')}\n`
}

/** A name of its own for a dataset whose program changes. */
function renamed(dataset: string, digits: string): string {
  return dataset
    .replace(/^jw\d{5}(-\w+_[a-z])\d+/, `jw01234$1${digits}`)
    .replace(/^jw\d{5}(\d{6})_\d{5}_\d{5}/, `jw01234$1_${digits.slice(0, 5)}_0000${digits.slice(5)}`)
}
