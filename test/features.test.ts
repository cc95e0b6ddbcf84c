/** Features of groups (section 6), worked out here with a few lines of arithmetic of their own. */
import test, { type ExecutionContext } from 'ava'
import type { Model } from '../lib/rules/keywords.js'
import type { Row } from '../lib/rules/row.js'
import { type Features, groupFeatures, type Pointing } from '../lib/settle/features.js'
import { type Columns, exposure } from './helpers/rows.js'

/** Features of a group that has some, and points somewhere. */
function pointed(model: Model, rows: readonly Row[]): Features & { readonly pointing: Pointing } {
  const features = groupFeatures(model, rows)
  if (features?.pointing === undefined) throw new Error('the group has no features')
  return { ...features, pointing: features.pointing }
}

/** Everything measured, under the names of section 6. */
function measured({ pointing }: { readonly pointing: Pointing }): Record<string, number> {
  return pointing
}

/** Pixels agree within 1e-6, degrees (of 1e-11) by far. */
function agree(t: ExecutionContext, found: Record<string, number | undefined>, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    const limit = name.startsWith('f') && name.includes('_') ? 1e-11 : 1e-6
    const difference = Math.abs((found[name] ?? Number.NaN) - value)
    t.true(
      Number.isNaN(value) ? Number.isNaN(found[name]) : difference < limit,
      `${name}: ${found[name]}, not ${value}`,
    )
  }
}

/** Degrees as text: an angle and some arcseconds. */
const degrees = (angle: number, arcsec = 0) => String(angle + arcsec / 3600)
const name = (index: number) => `jw01001001001_e${index}`

/** Exposures on the equator at RA 10 degrees and some arcseconds, in this order. */
function onEquator(arcsecs: readonly number[], of: (index: number) => Columns = () => ({})): Row[] {
  return arcsecs.map((arcsec, index) =>
    exposure({
      Dataset: name(index),
      CRVAL1: degrees(10, arcsec),
      CRVAL2: '0',
      RA_REF: '100',
      DEC_REF: '50',
      ...of(index),
    }),
  )
}

test('features of an IMAGE group', (t) => {
  // On the equator the fiducial is the middle of the ends, 5.5 arcsec. With MIRI's 0.11 arcsec a pixel, the offsets
  // are 50 20 10 10 50: mean 28, squares 484 + 64 + 324 + 324 + 484 = 1680, / 5 = 336, sigma 18.3; 50 exceeds 46.3.
  // The third and fourth tie, so the third is the reference. The target is at 9.9 arcsec, 0.00275 degrees: 90 60 50 30
  // 10 pixels away, mean 48, squares 1764 + 144 + 4 + 324 + 1444 = 3680, / 5 = 736, sigma 27.1; 90 exceeds 75.1. From
  // fiducial to target there are 4.4 arcsec. The third's guide star is 11 arcsec to the north of the fiducial.
  const target = { TARG_RA: '10.00275', TARG_DEC: '0' }
  const rows = onEquator([0, 3.3, 4.4, 6.6, 11], (index) => ({
    ...target,
    ...(index === 2 ? { GS_RA: degrees(10, 5.5), GS_DEC: degrees(0, 11) } : { GS_RA: '77', GS_DEC: '7' }),
    NUMDTHPT: String(index),
  }))
  const features = pointed('IMAGE', rows)
  t.is(features.reference.dname, name(2))
  t.is(features.nexposur, 5)
  t.is(features.detector, 'MIRIMAGE')
  t.is(features.band, 'NONE')
  agree(t, measured(features), {
    ...{ fx_ra: 10 + 5.5 / 3600, fy_dec: 0, scale: 0.11, offset: 10, targ_offset: 50, t_offset: 40, gs_offset: 100 },
    ...{ max_offset: 50, mean_offset: 28, sigma_offset: Math.sqrt(336), err_offset: Math.sqrt(336 / 5) },
    ...{ sigma1_mean: 50, frac: 0.4 },
    ...{ targ_max_offset: 90, targ_mean_offset: 48, targ_sigma_offset: Math.sqrt(736) },
    ...{ targ_err_offset: Math.sqrt(736 / 5), targ_sigma1_mean: 90, targ_frac: 0.2 },
  })
})

type Vector = readonly [number, number, number]

function vector(ra: number, dec: number): Vector {
  const [a, d] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180]
  return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)]
}

/** The arcseconds between two unit vectors, by the chord. */
function arcsecs(a: Vector, b: Vector): number {
  return ((2 * Math.asin(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2) * 180) / Math.PI) * 3600
}

/** The middle of the range of all corners on each axis, as a unit vector. */
function middle(
  points: readonly (readonly [ra: number, dec: number])[],
  halfWidth: number,
  halfHeight: number,
): Vector {
  const corners = points.flatMap(([ra, dec]) =>
    [-1, 1].flatMap((i) => [-1, 1].map((j) => vector(ra + i * halfWidth, dec + j * halfHeight))),
  )
  const [x, y, z] = ([0, 1, 2] as const).map((axis) => {
    const values = corners.map((corner) => corner[axis])
    return (Math.min(...values) + Math.max(...values)) / 2
  }) as [number, number, number]
  const length = Math.hypot(x, y, z)
  return [x / length, y / length, z / length]
}

/** Statistics of offsets with no two near each other's mean + sigma. */
function statistics(prefix: string, offsets: readonly number[]): Record<string, number> {
  const n = offsets.length
  const mean = offsets.reduce((a, b) => a + b) / n
  const sigma = Math.sqrt(offsets.reduce((sum, value) => sum + value * value, 0) / n - mean * mean)
  const beyond = offsets.filter((value) => value > mean + sigma)
  return {
    [`${prefix}max_offset`]: Math.max(...offsets),
    [`${prefix}mean_offset`]: mean,
    [`${prefix}sigma_offset`]: sigma,
    [`${prefix}err_offset`]: sigma / Math.sqrt(n),
    [`${prefix}sigma1_mean`]: beyond.length === 0 ? 0 : beyond.reduce((a, b) => a + b) / beyond.length,
    [`${prefix}frac`]: beyond.length / n,
  }
}

/** All measures of a group at some points, of one scale and shape; the reference is the nearest. */
function workedOut(
  points: readonly (readonly [ra: number, dec: number])[],
  { scale, width, height }: { scale: number; width: number; height: number },
  target: readonly [ra: number, dec: number],
  guideStar: readonly [ra: number, dec: number],
): { measures: Record<string, number>; nearest: number } {
  const fiducial = middle(points, ((width / 2) * scale) / 3600, ((height / 2) * scale) / 3600)
  const offsets = points.map((point) => arcsecs(vector(...point), fiducial) / scale)
  const targOffsets = points.map((point) => arcsecs(vector(...point), vector(...target)) / scale)
  const nearest = offsets.indexOf(Math.min(...offsets))
  const [x, y, z] = fiducial
  const measures = {
    fx_ra: ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360,
    fy_dec: (Math.asin(z) * 180) / Math.PI,
    scale,
    offset: offsets[nearest] ?? Number.NaN,
    targ_offset: targOffsets[nearest] ?? Number.NaN,
    t_offset: arcsecs(fiducial, vector(...target)) / scale,
    gs_offset: arcsecs(fiducial, vector(...guideStar)) / scale,
    ...statistics('', offsets),
    ...statistics('targ_', targOffsets),
  }
  return { measures, nearest }
}

const POINTS = [
  [221.7942, 20.2149],
  [221.7921, 20.2155],
  [221.79, 20.2139],
  [221.7935, 20.216],
] as const

const NIRSPEC = { scale: 0.12, width: 2048, height: 2048 }
const MRS = { scale: 0.196, width: 1032, height: 1024 }
const MIRI = { scale: 0.11, width: 1032, height: 1024 }

/** Groups off the equator, where it matters that RA has no cos Dec, and which column tells the point. */
const groups: readonly (readonly [
  rule: string,
  model: Model,
  columns: Columns,
  detector: typeof NIRSPEC,
  by: 'REF' | 'CRVAL',
])[] = [
  ['a SPEC group of NIRSpec', 'SPEC', { INSTRUME: 'NIRSPEC', EXP_TYPE: 'NRS_IFU', DETECTOR: 'NRS1' }, NIRSPEC, 'REF'],
  [
    'a SPEC group of MIRI',
    'SPEC',
    { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFULONG', CHANNEL: '34', BAND: 'LONG' },
    MRS,
    'REF',
  ],
  [
    'a TAC group of NIRSpec',
    'TAC',
    { INSTRUME: 'NIRSPEC', EXP_TYPE: 'NRS_BRIGHTOBJ', DETECTOR: 'NRS1' },
    NIRSPEC,
    'REF',
  ],
  ['a TAC group of images', 'TAC', { TSOVISIT: 'True' }, MIRI, 'REF'],
  ['an IMAGE group', 'IMAGE', {}, MIRI, 'CRVAL'],
]
for (const [rule, model, columns, detector, by] of groups) {
  for (const [ra, dec] of [
    [0, 0],
    [138.2077, 40.1],
    [138.2077, -100.5],
  ] as const) {
    test(`features of ${rule} at RA ${(221.8 + ra) % 360}, Dec ${20.2 + dec}`, (t) => {
      const points = POINTS.map(([a, d]) => [(a + ra) % 360, d + dec] as const)
      const target = [(221.795 + ra) % 360, 20.2184 + dec] as const
      const guideStar = [(221.83 + ra) % 360, 20.18 + dec] as const
      const { measures, nearest } = workedOut(points, detector, target, guideStar)
      const rows = points.map(([a, d], index) =>
        exposure({
          ...columns,
          ...(by === 'REF' ? { RA_REF: String(a), DEC_REF: String(d) } : { CRVAL1: String(a), CRVAL2: String(d) }),
          ...{ TARG_RA: String(target[0].toFixed(8)), TARG_DEC: String(target[1]) },
          ...{ GS_RA: String(guideStar[0]), GS_DEC: String(guideStar[1]), Dataset: name(index) },
        }),
      )
      const features = pointed(model, rows)
      t.is(features.reference.dname, name(nearest))
      t.is(features.nexposur, 4)
      // TARG_RA has eight decimals: 5e-9 degrees are 1.6e-4 pixel.
      const { fx_ra = 0, ...others } = measures
      const found = measured(features)
      for (const key of Object.keys(others)) {
        const limit = key.includes('targ') || key === 't_offset' ? 2e-4 : 1e-5
        t.true(
          Math.abs((found[key] ?? Number.NaN) - (others[key] ?? 0)) < limit,
          `${key}: ${found[key]}, not ${others[key]}`,
        )
      }
      t.true(Math.abs((found.fx_ra ?? Number.NaN) - fx_ra) < 1e-10)
    })
  }
}

const SOSS = { INSTRUME: 'NIRISS', EXP_TYPE: 'NIS_SOSS', DETECTOR: 'NIS', CRVAL1: '50', CRVAL2: '50' }

test('features of a TAC group around RA 0', (t) => {
  // 359.9995 and 0.0005 degrees: the middle is 0, 1.8 arcsec from either, 30 pixels of 0.06 arcsec.
  const target = { TARG_RA: '0.0015', TARG_DEC: '0' }
  const rows = ['359.9995', '0.0005'].map((RA_REF, index) =>
    exposure({ ...SOSS, ...target, Dataset: name(index), RA_REF, DEC_REF: '0', GS_RA: '359.999', GS_DEC: '0' }),
  )
  const features = pointed('TAC', rows)
  const { fx_ra = -1 } = measured(features)
  t.true(fx_ra >= 0 && fx_ra <= 360 && Math.min(fx_ra, 360 - fx_ra) < 1e-10, String(fx_ra))
  t.is(features.reference.dname, name(0))
  agree(t, measured(features), {
    ...{ fy_dec: 0, scale: 0.06, offset: 30, max_offset: 30, mean_offset: 30, sigma_offset: 0, err_offset: 0 },
    ...{ sigma1_mean: 0, frac: 0, gs_offset: 60, t_offset: 90, targ_offset: 120, targ_max_offset: 120 },
    // 120 and 60: the greater is mean + sigma, 90 + 30, and does not exceed it.
    ...{
      targ_mean_offset: 90,
      targ_sigma_offset: 30,
      targ_err_offset: 30 / Math.SQRT2,
      targ_sigma1_mean: 0,
      targ_frac: 0,
    },
  })
})

test('features of a TAC group around a pole', (t) => {
  for (const sign of [1, -1]) {
    // 0.01 degrees from the pole on four sides: 36 arcsec, 600 pixels of 0.06 arcsec, from the pole in the middle.
    const rows = ['0', '90', '180', '270'].map((RA_REF, index) =>
      exposure({
        ...{ ...SOSS, Dataset: name(index), RA_REF, DEC_REF: String(sign * 89.99) },
        ...{ TARG_RA: '123', TARG_DEC: String(sign * 90), GS_RA: '45', GS_DEC: String(sign * 89.9) },
      }),
    )
    const features = pointed('TAC', rows)
    t.is(features.reference.dname, name(0))
    agree(t, measured(features), {
      ...{ fy_dec: sign * 90, offset: 600, mean_offset: 600, sigma_offset: 0, sigma1_mean: 0, frac: 0 },
      ...{ targ_offset: 600, targ_mean_offset: 600, targ_frac: 0, t_offset: 0, gs_offset: 6000 },
    })
  }
})

test('features of an FGS group are its first exposure and NEXPOSUR', (t) => {
  const fgs = { INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE', FILTER: 'NONE' }
  const rows = ['GUIDER2', 'GUIDER1', 'GUIDER2'].map((DETECTOR, index) =>
    exposure({ ...fgs, Dataset: name(index), DETECTOR, BAND: `B${index}`, CRVAL1: degrees(10, index) }),
  )
  const features = groupFeatures('FGS', rows)
  t.deepEqual(features, {
    reference: rows[0] as Row,
    detector: 'GUIDER2',
    band: 'B0',
    nexposur: 3,
    pointing: undefined,
    cells: undefined,
  } satisfies Features)
})

test('an FGS group needs no coordinates', (t) => {
  const row = exposure({ INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE', CRVAL1: '', CRVAL2: '', RA_REF: '', DEC_REF: '' })
  t.is(groupFeatures('FGS', [row])?.nexposur, 1)
})

test('no exposures have no features', (t) => t.is(groupFeatures('IMAGE', []), undefined))

test('the offset of a single exposure is 0, and it is the reference', (t) => {
  const [row] = onEquator([3])
  const features = pointed('IMAGE', row === undefined ? [] : [row])
  t.is(features.reference.dname, name(0))
  agree(t, measured(features), {
    offset: 0,
    max_offset: 0,
    mean_offset: 0,
    sigma_offset: 0,
    err_offset: 0,
    sigma1_mean: 0,
    frac: 0,
  })
})

test('each offset counts in pixels of its own exposure, scale is that of the reference', (t) => {
  // Half of 2048 x 0.06 is 61.44 arcsec, of 2048 x 0.03 30.72: the corners reach from 0 - 61.44 to 40 + 30.72 arcsec.
  // So the middle is 4.64 arcsec: 4.64 / 0.06 pixels from the first, 35.36 / 0.03 from the second.
  const nircam = { INSTRUME: 'NIRCAM', EXP_TYPE: 'NRC_IMAGE' }
  const rows = onEquator([0, 40], (index) => ({
    ...nircam,
    ...(index === 0 ? { CHANNEL: 'LONG', DETECTOR: 'NRCALONG' } : { CHANNEL: 'NONE', DETECTOR: 'NRCA1' }),
  }))
  const features = pointed('IMAGE', rows)
  const { scale, offset, max_offset } = measured(features)
  t.is(scale, 0.06)
  t.true(Math.abs((offset ?? 0) - 4.64 / 0.06) < 1e-3, String(offset))
  t.true(Math.abs((max_offset ?? 0) - 35.36 / 0.03) < 1e-3, String(max_offset))
  t.is(features.detector, 'NRCA1|NRCALONG')
})

/** The ends are 550 pixels of 0.11 arcsec from the middle; the second and third exposure, about 100 from it. */
const ties: readonly (readonly [rule: string, nearer: number, reference: number])[] = [
  ['equal offsets: the first', 0, 1],
  ['offsets less than 1e-6 pixel apart: the first', 5e-7, 1],
  ['the second is nearer by more than 1e-6 pixel', 2e-6, 2],
  ['the second is farther', -1, 1],
]
for (const [rule, nearer, reference] of ties) {
  test(`the reference exposure: ${rule}`, (t) => {
    const rows = [0, 60.5 - 11, 60.5 + 11 - nearer * 0.11, 121].map((arcsec, index) =>
      exposure({ Dataset: name(index), CRVAL1: degrees(10, arcsec), CRVAL2: '0' }),
    )
    const features = pointed('IMAGE', rows)
    t.is(features.reference.dname, name(reference))
    agree(t, measured(features), { offset: 100 - (reference === 2 ? nearer : 0) })
  })
}

const blanks: readonly (readonly [model: Model, blank: Columns, isLeftOut: boolean])[] = [
  ['IMAGE', { CRVAL1: '' }, true],
  ['IMAGE', { CRVAL2: 'NaN' }, true],
  ['IMAGE', { RA_REF: '', DEC_REF: '' }, false],
  ['SPEC', { RA_REF: 'NONE' }, true],
  ['SPEC', { DEC_REF: '' }, true],
  ['SPEC', { CRVAL1: '', CRVAL2: '' }, false],
  ['TAC', { RA_REF: '' }, true],
  ['TAC', { CRVAL1: '', CRVAL2: '' }, false],
]
for (const [model, blank, isLeftOut] of blanks) {
  test(`${model}: an exposure without ${Object.keys(blank)} is ${isLeftOut ? '' : 'not '}left out of the features`, (t) => {
    const rows = onEquator([0, 2.2, 44], (index) => {
      const point = { RA_REF: degrees(10, [0, 2.2, 44][index]), DEC_REF: '0' }
      return { ...point, ...(index === 2 ? { ...blank, DETECTOR: 'MIRIFULONG', BAND: 'LONG' } : { BAND: 'SHORT' }) }
    })
    const features = pointed(model, rows)
    // Two of them are 2.2 arcsec apart: 10 pixels each from the middle. The third moves that to 22 arcsec, 200 pixels.
    agree(t, measured(features), isLeftOut ? { max_offset: 10, mean_offset: 10, err_offset: 0 } : { max_offset: 200 })
    t.is(features.nexposur, isLeftOut ? 2 : 3)
    t.is(features.detector, isLeftOut ? 'MIRIMAGE' : 'MIRIFULONG|MIRIMAGE')
    t.is(features.band, isLeftOut ? 'SHORT' : 'SHORT|LONG')
    // A group of it alone has no features.
    t.is(groupFeatures(model, rows.slice(2)) === undefined, isLeftOut)
  })
}

test('err_offset counts the offsets, not the exposures', (t) => {
  // 0 and 8.8 arcsec, 40 pixels from the middle, and one between: offsets 40 40 10 of those with a point.
  const rows = onEquator([0, 8.8, 5.5, 99], (index) => (index === 3 ? { CRVAL1: '' } : {}))
  agree(t, measured(pointed('IMAGE', rows)), {
    mean_offset: 30,
    sigma_offset: Math.sqrt(200),
    err_offset: Math.sqrt(200 / 3),
    frac: 0,
  })
})

test('the target is that of the first exposure that has a point', (t) => {
  const rows = onEquator([0, 1.1, 3.3], (index) => ({
    TARG_RA: index === 1 ? '10.00275' : '10.5',
    TARG_DEC: '0',
    ...(index === 0 ? { CRVAL1: '' } : {}),
  }))
  // 9.9 arcsec less 1.1 and 3.3: 80 and 60 pixels.
  agree(t, measured(pointed('IMAGE', rows)), { targ_max_offset: 80, targ_mean_offset: 70, targ_offset: 80 })
})

for (const blank of [{ TARG_RA: '' }, { TARG_DEC: 'NaN' }, { TARG_RA: '', TARG_DEC: '' }]) {
  test(`without ${Object.keys(blank)} there are no offsets to the target`, (t) => {
    const { pointing } = pointed(
      'IMAGE',
      onEquator([0, 2.2], () => blank),
    )
    t.is(pointing.targ_max_offset, Number.NaN)
    t.is(pointing.targ_offset, Number.NaN)
    t.is(pointing.t_offset, Number.NaN)
    t.is(pointing.max_offset > 9.99, true)
  })
}

test('a first exposure without target leaves the group without, whatever the others have', (t) => {
  const { pointing } = pointed(
    'IMAGE',
    onEquator([0, 2.2], (index) => (index === 0 ? { TARG_DEC: '' } : {})),
  )
  t.is(pointing.targ_max_offset, Number.NaN)
  t.is(pointing.targ_offset, Number.NaN)
})

for (const blank of [{ GS_RA: '' }, { GS_DEC: 'NaN' }]) {
  test(`without ${Object.keys(blank)} of the reference exposure there is no gs_offset`, (t) => {
    const rows = onEquator([0, 2.2, 3.3], (index) => (index === 1 ? blank : {}))
    const { reference, pointing } = pointed('IMAGE', rows)
    t.is(reference.dname, name(1))
    t.is(pointing.gs_offset, Number.NaN)
  })
}

const joined: readonly (readonly [detectors: readonly string[], detector: string])[] = [
  [['NRCB1', 'NRCA3', 'NRCA1'], 'NRCA1|NRCA3|NRCB1'],
  [['NRS2', 'NRS1', 'NRS2'], 'NRS1|NRS2'],
  [['nrs2', 'NRS1', 'NRS2'], 'NRS1|NRS2'],
  [['MIRIFUSHORT', 'MIRIMAGE', 'MIRIFULONG'], 'MIRIFULONG|MIRIFUSHORT|MIRIMAGE'],
  [['NIS', 'NIS'], 'NIS'],
  [['NONE', 'NIS', ''], 'NIS'],
  [['NONE', ''], 'NONE'],
]
for (const [detectors, detector] of joined) {
  test(`DETECTOR of ${detectors.join(', ')}: ${detector}`, (t) => {
    t.is(
      pointed(
        'IMAGE',
        onEquator(
          detectors.map(() => 0),
          (index) => ({ DETECTOR: detectors[index] ?? '' }),
        ),
      ).detector,
      detector,
    )
  })
}

const bands: readonly (readonly [bands: readonly string[], band: string])[] = [
  [['LONG', 'SHORT', 'MEDIUM', 'SHORT'], 'SHORT|MEDIUM|LONG'],
  [['LONG', 'MEDIUM'], 'MEDIUM|LONG'],
  [['LONG', 'NONE'], 'LONG'],
  [['NONE', 'N/A', ''], 'NONE'],
  [['SHORT-LONG'], 'SHORT|LONG'],
  [['Medium-Long', 'short', 'nan'], 'SHORT|MEDIUM|LONG'],
  [['B-C'], 'B-C'],
]
for (const [its, band] of bands) {
  test(`BAND of ${its.join(', ')}: ${band}`, (t) => {
    t.is(
      pointed(
        'SPEC',
        onEquator(
          its.map(() => 0),
          (index) => ({ BAND: its[index] ?? '' }),
        ),
      ).band,
      band,
    )
  })
}
