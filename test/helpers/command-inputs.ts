/** What commands take in, for tests of every command. */
import { daily, exposure, pairs, type Workdir } from './program.js'

/** Name of the association file. */
export const ASN = 'jw01001-o001_20240221t101530_image3_00001_asn.json'

/** Writes two days and an association file to the folder `in`. */
export function writeInputs(dir: Workdir): void {
  dir.write('in/2024-02-21_052.csv', daily(pairs(1, 2).split('\n').slice(1).join('\n'), exposure(3)))
  dir.write('in/2024-02-22_053.csv', pairs(4, 5))
  const members = [{ expname: 'jw01001001001_02101_00001_mirimage', exptype: 'science' }]
  const products = [{ name: 'jw01001-o001_t001_miri_f770w', members }]
  dir.write(`in/${ASN}`, JSON.stringify({ asn_type: 'image3', asn_rule: 'Asn_Lv3Image', program: '01001', products }))
}
