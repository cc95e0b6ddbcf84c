/** Pixel scales and detector shapes (section 6), and which NIRCam channel a row is of (section 9). */
import test from 'ava'
import { pixelScale, scaleOf, shapeOf } from '../lib/rules/instrument.js'
import { type Columns, exposure } from './helpers/rows.js'

type Case = readonly [instrume: string, expType: string, channel: string, detector: string, scale: number | undefined]

const scales: readonly Case[] = [
  ['NIRCAM', 'NRC_IMAGE', 'SHORT', 'NRCA1', 0.03],
  ['NIRCAM', 'NRC_IMAGE', 'LONG', 'NRCALONG', 0.06],
  ['NIRCAM', 'NRC_TSIMAGE', 'SHORT', 'MULTIPLE', 0.03],
  ['NIRCAM', 'NRC_WFSS', 'LONG', 'MULTIPLE', 0.06],
  // CHANNEL counts where it tells; otherwise DETECTOR supplies it.
  ['NIRCAM', 'NRC_IMAGE', 'LONG', 'NRCA1', 0.06],
  ['NIRCAM', 'NRC_IMAGE', 'SHORT', 'NRCBLONG', 0.03],
  ...['NRCA1', 'NRCA2', 'NRCA3', 'NRCA4', 'NRCB1', 'NRCB2', 'NRCB3', 'NRCB4'].map(
    (detector): Case => ['NIRCAM', 'NRC_IMAGE', 'NONE', detector, 0.03],
  ),
  ...['NRCALONG', 'NRCBLONG'].map((detector): Case => ['NIRCAM', 'NRC_IMAGE', '', detector, 0.06]),
  ...['', 'NONE', 'MULTIPLE', 'NRCA', 'NRCC1', 'NRCA6', 'NRCA11', 'XNRCA1', 'NRCALONG2', 'nrca1'].map(
    (detector): Case => ['NIRCAM', 'NRC_IMAGE', 'NONE', detector, undefined],
  ),
  ['MIRI', 'MIR_MRS', '12', 'MIRIFUSHORT', 0.196],
  ['MIRI', 'MIR_MRS', '34', 'MIRIFULONG', 0.196],
  ['MIRI', 'MIR_IMAGE', 'NONE', 'MIRIMAGE', 0.11],
  ['MIRI', 'MIR_LRS-FIXEDSLIT', 'NONE', 'MIRIMAGE', 0.11],
  ['MIRI', 'MIR_4QPM', 'NONE', 'MIRIMAGE', 0.11],
  ['NIRISS', 'NIS_IMAGE', 'NONE', 'NIS', 0.06],
  ['NIRSPEC', 'NRS_IFU', 'NONE', 'NRS1', 0.12],
  ['FGS', 'FGS_IMAGE', 'NONE', 'GUIDER1', 0.069],
  ['', 'NRC_IMAGE', 'SHORT', 'NRCA1', undefined],
  ['NONE', 'MIR_IMAGE', 'NONE', 'MIRIMAGE', undefined],
  ['NIRCam', 'NRC_IMAGE', 'SHORT', 'NRCA1', undefined],
  ['constructor', 'NRC_IMAGE', 'SHORT', 'NRCA1', undefined],
]
for (const [instrume, expType, channel, detector, scale] of scales) {
  const name = `${instrume} ${expType}, CHANNEL "${channel}", DETECTOR "${detector}"`
  test(`pixel scale of ${name}: ${scale === undefined ? 'none' : `${scale} arcsec`}`, (t) => {
    t.is(pixelScale(instrume, expType, channel, detector), scale)
  })
}

test('the scale of an exposure is that of its keywords', (t) => {
  t.is(scaleOf(exposure()), 0.11)
  t.is(scaleOf(exposure({ EXP_TYPE: 'MIR_MRS' })), 0.196)
  const nircam = { INSTRUME: 'NIRCAM', EXP_TYPE: 'NRC_IMAGE' }
  t.is(scaleOf(exposure({ ...nircam, CHANNEL: 'SHORT', DETECTOR: 'NRCA1' })), 0.03)
  t.is(scaleOf(exposure({ ...nircam, CHANNEL: 'NONE', DETECTOR: 'NRCBLONG' })), 0.06)
})

const shapes: readonly (readonly [columns: Columns, width: number, height: number])[] = [
  [{ INSTRUME: 'MIRI', EXP_TYPE: 'MIR_IMAGE' }, 1032, 1024],
  [{ INSTRUME: 'MIRI', EXP_TYPE: 'MIR_MRS' }, 1032, 1024],
  [{ INSTRUME: 'NIRCAM', EXP_TYPE: 'NRC_IMAGE', CHANNEL: 'SHORT' }, 2048, 2048],
  [{ INSTRUME: 'NIRISS', EXP_TYPE: 'NIS_IMAGE' }, 2048, 2048],
  [{ INSTRUME: 'NIRSPEC', EXP_TYPE: 'NRS_IFU' }, 2048, 2048],
  [{ INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE' }, 2048, 2048],
]
for (const [columns, width, height] of shapes) {
  test(`detector shape of ${columns.INSTRUME} ${columns.EXP_TYPE}: ${width} along RA, ${height} along Dec`, (t) => {
    t.deepEqual(shapeOf(exposure(columns)), { width, height })
  })
}
