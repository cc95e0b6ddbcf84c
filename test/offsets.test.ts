/** Geometry on the sky and statistics of offsets (section 6). */
import assert from 'node:assert/strict'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import {
  Fiducial,
  offsetStatistics,
  onSphere,
  SAME_OFFSET,
  type SkyPoint,
  separation,
  smallest,
} from '../lib/settle/offsets.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const ARCSEC = 1 / 3600

const at = (ra: number, dec: number): SkyPoint => ({ ra, dec })
const apart = (a: SkyPoint, b: SkyPoint): number => separation(onSphere(a), onSphere(b))

/** Distances in arcsec that follow from the circles the points are on. */
const distances: readonly (readonly [rule: string, a: SkyPoint, b: SkyPoint, arcsec: number])[] = [
  ['one point', at(123.456, -65.4321), at(123.456, -65.4321), 0],
  ['a quarter of the equator', at(0, 0), at(90, 0), 324_000],
  ['half the equator', at(10, 0), at(190, 0), 648_000],
  ['pole to pole', at(12, 90), at(200, -90), 648_000],
  ['equator to pole', at(77, 0), at(3, 90), 324_000],
  ['antipodes', at(30, 40), at(210, -40), 648_000],
  ['along a meridian', at(50, 10), at(50, 10.25), 900],
  ['along the equator', at(50, 0), at(50.25, 0), 900],
  ['over RA 0', at(359.9, 0), at(0.1, 0), 720],
  ['RA 0 and 360', at(0, 12), at(360, 12), 0],
  ['negative RA', at(-10, 5), at(350, 5), 0],
  ['over the pole', at(20, 89.9), at(200, 89.9), 720],
  ['at the pole RA does not count', at(20, 90), at(250, 90), 0],
  ['a hundredth of an arcsec', at(83, -69), at(83, -69 + 0.01 * ARCSEC), 0.01],
  // cos(60 degrees) = 1/2; over 1 arcsec a parallel is as good as straight.
  ['along a parallel', at(200, 60), at(200 + 2 * ARCSEC, 60), 1],
]
for (const [rule, a, b, arcsec] of distances) {
  test(`distance: ${rule}: ${arcsec} arcsec`, (t) => {
    t.true(Math.abs(apart(a, b) - arcsec) <= 1e-9 + arcsec * 1e-12, String(apart(a, b)))
    t.true(Math.abs(apart(b, a) - arcsec) <= 1e-9 + arcsec * 1e-12)
  })
}

type Vector = readonly [number, number, number]

function vector({ ra, dec }: SkyPoint): Vector {
  const [a, d] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180]
  return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)]
}

/** The angle between unit vectors in arcsec, from the length of their difference and of their sum. */
function angle(a: Vector, b: Vector): number {
  const difference = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
  const sum = Math.hypot(a[0] + b[0], a[1] + b[1], a[2] + b[2])
  return ((2 * Math.atan2(difference, sum) * 180) / Math.PI) * 3600
}

const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const point = fc.record({ ra: degrees(0, 360), dec: degrees(-90, 90) })

test('distances are symmetric, zero on equal points, and the angles between unit vectors', (t) => {
  const near = fc
    .tuple(point, degrees(-0.1, 0.1), degrees(-0.1, 0.1))
    .map(([a, dRa, dDec]) => [a, at(a.ra + dRa, a.dec + dDec)] as const)
  fc.assert(
    fc.property(fc.oneof(fc.tuple(point, point), near), ([a, b]) => {
      const distance = apart(a, b)
      assert.ok(Math.abs(distance - angle(vector(a), vector(b))) < 1e-8 + distance * 1e-12)
      assert.ok(Math.abs(distance - apart(b, a)) < 1e-9 + distance * 1e-14)
      assert.equal(apart(a, a), 0)
      assert.ok(distance >= 0 && distance <= 648_000.000001)
    }),
    { seed, numRuns: 5000 },
  )
  t.pass()
})

const SQUARE = { width: 2048, height: 2048 }
const MIRI = { width: 1032, height: 1024 }

type Footprint = readonly [reference: SkyPoint, shape: { width: number; height: number }, scale: number]

function fiducialOf(footprints: readonly Footprint[]): SkyPoint {
  const fiducial = new Fiducial()
  for (const footprint of footprints) fiducial.add(...footprint)
  return fiducial.point
}

function near(t: ExecutionContext, a: SkyPoint, b: SkyPoint, arcsec = 1e-8): void {
  t.true(angle(vector(a), vector(b)) < arcsec, `${JSON.stringify(a)} is not ${JSON.stringify(b)}`)
}

/** Fiducials that symmetry tells: on the equator, the middle in RA; on a meridian, the middle of its ends. */
const symmetric: readonly (readonly [rule: string, footprints: readonly Footprint[], fiducial: SkyPoint])[] = [
  ['of one exposure on the equator is its reference point', [[at(10, 0), SQUARE, 0.03]], at(10, 0)],
  [
    'of a row on the equator is the middle of its ends',
    [10, 10.001, 10.01].map((ra) => [at(ra, 0), MIRI, 0.11]),
    at(10.005, 0),
  ],
  ['of points around RA 0', [359.99, 0.01].map((ra) => [at(ra, 0), MIRI, 0.11]), at(0, 0)],
  [
    'of points around RA 0, off the equator',
    [at(359.99, 0.001), at(0.01, -0.001)].map((p) => [p, SQUARE, 0.06]),
    at(0, 0),
  ],
  ['around RA 180', [179.9, 180.1].map((ra) => [at(ra, 0), SQUARE, 0.06]), at(180, 0)],
  ['around the pole', [0, 90, 180, 270].map((ra) => [at(ra, 89.99), SQUARE, 0.06]), at(0, 90)],
  ['around the south pole', [45, 135, 225, 315].map((ra) => [at(ra, -89.99), SQUARE, 0.06]), at(0, -90)],
  // Half of 2000 x 9 arcsec is 2.5 degrees, half of 1000 x 9 is 1.25: from 10 - 2.5 to 20 + 1.25.
  [
    'counts the detectors, not the reference points',
    [
      [at(10, 0), { width: 2000, height: 40 }, 9],
      [at(20, 0), { width: 1000, height: 40 }, 9],
    ],
    at(14.375, 0),
  ],
  // On a meridian: half of 1000 x 9 and of 400 x 9 arcsec are 1.25 and 0.5 degrees in Dec; no width.
  [
    'counts their heights in Dec',
    [
      [at(80, -5), { width: 0, height: 1000 }, 9],
      [at(80, 5.75), { width: 0, height: 400 }, 9],
    ],
    at(80, 0),
  ],
]
for (const [rule, footprints, expected] of symmetric) {
  test(`the fiducial ${rule}`, (t) => {
    const found = fiducialOf(footprints)
    near(t, found, expected)
    t.true(found.ra >= 0 && found.ra <= 360, String(found.ra))
    near(t, fiducialOf(footprints.toReversed()), expected)
  })
}

test('the fiducial of an exposure at RA 0 is at RA 0', (t) => {
  t.is(fiducialOf([[at(0, 0), SQUARE, 0.06]]).ra, 0)
})

/** Section 6.1 and 6.2 in vectors: corners, middle of the range on each axis. */
function expectedFiducial(footprints: readonly Footprint[]): SkyPoint {
  const corners = footprints.flatMap(([{ ra, dec }, { width, height }, scale]) =>
    [-0.5, 0.5].flatMap((i) =>
      [-0.5, 0.5].map((j) => vector(at(ra + i * width * scale * ARCSEC, dec + j * height * scale * ARCSEC))),
    ),
  )
  const middle = ([0, 1, 2] as const).map((axis) => {
    const values = corners.map((corner) => corner[axis])
    return (Math.min(...values) + Math.max(...values)) / 2
  })
  const [x = 0, y = 0, z = 0] = middle
  const ra = (Math.atan2(y, x) * 180) / Math.PI
  return at((ra + 360) % 360, (Math.atan(z / Math.hypot(x, y)) * 180) / Math.PI)
}

test('fiducials are the middle of the range of the corners on each axis', (t) => {
  const footprint = (centre: SkyPoint) =>
    fc.tuple(
      fc.tuple(degrees(-0.2, 0.2), degrees(-0.2, 0.2)).map(([dRa, dDec]) => at(centre.ra + dRa, centre.dec + dDec)),
      fc.constantFrom(SQUARE, MIRI),
      fc.constantFrom(0.03, 0.11, 0.196),
    )
  const centre = fc.record({ ra: degrees(0, 360), dec: degrees(-89, 89) })
  const group = centre.chain((its) => fc.array(footprint(its), { minLength: 1, maxLength: 6 }))
  fc.assert(
    fc.property(group, (footprints) => {
      const [found, expected] = [fiducialOf(footprints), expectedFiducial(footprints)]
      assert.ok(angle(vector(found), vector(expected)) < 1e-7)
      assert.ok(found.ra >= 0 && found.ra <= 360)
    }),
    { seed, numRuns: 1000 },
  )
  t.pass()
})

test('offsets differ from 1e-6 pixel on', (t) => t.is(SAME_OFFSET, 1e-6))

type Statistics = readonly [max: number, mean: number, sigma: number, err: number, sigma1Mean: number, frac: number]

const statistics: readonly (readonly [rule: string, offsets: readonly number[], expected: Statistics])[] = [
  ['of one offset', [12.5], [12.5, 12.5, 0, 0, 0, 0]],
  ['of one offset 0', [0], [0, 0, 0, 0, 0, 0]],
  ['of equal offsets', [7, 7, 7], [7, 7, 0, 0, 0, 0]],
  // Mean 20, deviations 10: the greater is mean + sigma itself, which does not exceed it.
  ['of two offsets', [10, 30], [30, 20, 10, 10 / Math.SQRT2, 0, 0]],
  // Mean (0.1 + 0.7) / 2; in floating point 0.7 comes out above mean + sigma or below, but equal in the rule.
  ['of two offsets with rounding noise', [0.1, 0.7], [0.7, 0.4, 0.3, 0.3 / Math.SQRT2, 0, 0]],
  // Mean 2, squares 4 + 4 + 4 + 36 = 48, / 4 = 12: 8 exceeds 2 + 3.46.
  ['with one beyond sigma', [0, 0, 0, 8], [8, 2, Math.sqrt(12), Math.sqrt(3), 8, 0.25]],
  // Sum 6 + 22 + 32 = 60, mean 6, squares 6 x 25 + 36 + 2 x 25 + 676 = 912, / 10 = 91.2: 32 exceeds 15.5.
  [
    'with one of ten beyond sigma',
    [1, 1, 1, 1, 1, 1, 0, 11, 11, 32],
    [32, 6, Math.sqrt(91.2), Math.sqrt(9.12), 32, 0.1],
  ],
  // Mean 24, squares 676 x 2 + 196 x 2 + 576 = 2320, / 5 = 464, sigma 21.54: both 50 exceed 45.54.
  ['with two beyond sigma', [50, 10, 0, 10, 50], [50, 24, Math.sqrt(464), Math.sqrt(92.8), 50, 0.4]],
  // Sum 8 + 20 + 30 = 58, mean 5.8, squares 8 x 23.04 + 201.64 + 585.64 = 971.6, / 10 = 97.16: 20 and 30 exceed 15.7.
  ['with two that differ', [1, 1, 30, 1, 1, 1, 1, 1, 1, 20], [30, 5.8, Math.sqrt(97.16), Math.sqrt(9.716), 25, 0.2]],
  // Of 0, 0 and x, mean + sigma is x (1 + sqrt 2) / 3 = 0.8047 x, so x exceeds it by 0.1953 x: 7.8e-7 and 1.17e-6.
  [
    'where less than 1e-6 pixel is beyond',
    [0, 0, 4e-6],
    [4e-6, 4e-6 / 3, (4e-6 * Math.SQRT2) / 3, (4e-6 * Math.SQRT2) / 3 / Math.sqrt(3), 0, 0],
  ],
  [
    'where more than 1e-6 pixel is beyond',
    [0, 0, 6e-6],
    [6e-6, 2e-6, 2e-6 * Math.SQRT2, (2e-6 * Math.SQRT2) / Math.sqrt(3), 6e-6, 1 / 3],
  ],
]
for (const [rule, offsets, [max, mean, sigma, err, sigma1Mean, frac]] of statistics) {
  test(`statistics ${rule}`, (t) => {
    const found = offsetStatistics(offsets)
    const expected = { max, mean, sigma, err, sigma1Mean, frac }
    t.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort())
    for (const name of Object.keys(expected) as (keyof typeof expected)[]) {
      t.true(Math.abs(found[name] - expected[name]) < 1e-12, `${name}: ${found[name]}, not ${expected[name]}`)
    }
  })
}

test('two offsets never exceed mean + sigma', (t) => {
  fc.assert(
    fc.property(degrees(0, 5000), degrees(0, 5000), (a, b) => {
      const { sigma1Mean, frac } = offsetStatistics([a, b])
      return sigma1Mean === 0 && frac === 0
    }),
    { seed, numRuns: 2000 },
  )
  t.pass()
})

test('the greatest and the smallest of many offsets are found', (t) => {
  const many = Array.from({ length: 200_000 }, (_, index) => Math.abs(index - 150_000) + 1)
  t.is(smallest(many), 1)
  t.is(offsetStatistics(many).max, 150_001)
})
