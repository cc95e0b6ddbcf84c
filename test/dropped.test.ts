/** Why a dataset was dropped, by what is kept of it; of one that an earlier version dropped only the name is. */
import test from 'ava'
import { instrumentOfDropped, whyDropped } from '../lib/inspect/dropped.js'

const EXPOSURE = 'jw01001001001_02101_00001_nrs1'
const OLD = 'its exposure type, blank or not kept by an earlier version of this program, reaches no Level 3'

for (const [dname, EXP_TYPE, CHANNEL, rule, standIn, sentence] of [
  [EXPOSURE, 'NRS_TACQ', 'NONE', 'exposure type', null, 'EXP_TYPE NRS_TACQ reaches no Level 3'],
  [EXPOSURE, 'NONE', '', 'exposure type', null, 'EXP_TYPE NONE reaches no Level 3'],
  [
    'jw01001-o001_t001_miri_ch2-short',
    ...['MIR_MRS', '2', 'channel', 'jw01001-o001_t001_miri_ch1-short'],
    'MIR_MRS channel 2, for which jw01001-o001_t001_miri_ch1-short stands',
  ],
  [
    'JW01001-O001_T001_MIRI_CH4-LONG',
    ...['MIR_MRS', '4', 'channel', 'JW01001-O001_T001_MIRI_CH3-LONG'],
    'MIR_MRS channel 4, for which JW01001-O001_T001_MIRI_CH3-LONG stands',
  ],
  // The name does not tell the channel.
  [
    'jw01001-o001_t001',
    'MIR_MRS',
    '2',
    'channel',
    null,
    'MIR_MRS channel 2, for which the product of channel 1 stands',
  ],
  // It is another type than that of the channels, whatever the name says.
  ['jw01001-o001_t001_miri_ch2', 'MIR_TACQ', '2', 'exposure type', null, 'EXP_TYPE MIR_TACQ reaches no Level 3'],
  // The name alone is known.
  [EXPOSURE, '', '', 'unknown', null, OLD],
  ['jw01001-o001_t001_miri_ch1-long', '', '', 'unknown', null, OLD],
  [
    'jw01001-o001_t001_miri_ch4-long',
    ...['', '', 'channel', 'jw01001-o001_t001_miri_ch3-long'],
    'MIR_MRS channel 4, for which jw01001-o001_t001_miri_ch3-long stands',
  ],
] as const) {
  test(`${dname} of EXP_TYPE "${EXP_TYPE}", CHANNEL "${CHANNEL}": ${rule}`, (t) => {
    t.like(whyDropped({ dname, keywords: { EXP_TYPE, CHANNEL } }), { rule, standIn, sentence })
  })
}

for (const [dname, EXP_TYPE, instrument] of [
  [EXPOSURE, 'NRS_TACQ', 'NIRSPEC'],
  [EXPOSURE, '', 'NIRSPEC'],
  ['jw01001001001_02101_00001_mirimage', '', 'MIRI'],
  ['jw01001001001_02101_00001_guider1', '', 'FGS'],
  ['jw01001-o001_t001_niriss_f150w', '', 'NIRISS'],
  ['jw01001-o001_t001_niriss_f150w', 'MIR_TACQ', 'MIRI'],
  ['jw01001_x', '', ''],
] as const) {
  test(`${dname} of EXP_TYPE "${EXP_TYPE}" is of ${instrument || 'an unknown instrument'}`, (t) => {
    t.is(instrumentOfDropped({ dname, keywords: { EXP_TYPE, CHANNEL: '' } }), instrument)
  })
}
