/**
 * The observing modes of the instruments: which exposure types there are, and the optics, detectors and subarrays they
 * are used with. All values are ones that the instruments know; the combinations are typical, not complete.
 */

/** One configuration of an instrument; `NONE` where it has no such part. */
export interface Setup {
  readonly filter: string
  readonly pupil: string
  readonly grating: string
  readonly slit: string
  readonly subarray: string
  /** MIRI MRS only: SHORT, MEDIUM or LONG, or two of them where the two dichroics differ. */
  readonly band: string
  /** The detectors that are read out together. */
  readonly detectors: readonly string[]
}

/** How targets are observed: decides which visit types a mode occurs in. */
export type Family = 'image' | 'spec' | 'tac'

/** An exposure type with its configurations. */
export interface Mode {
  readonly expType: string
  readonly instrument: string
  readonly family: Family
  /** True for exposure types whose products are named by source, `s000000001` (specification, section 4). */
  readonly sourceBased: boolean
  /** Share of the mode's observations that are time series (TSOVISIT). */
  readonly timeSeries: number
  /** How often the mode occurs among random observations. */
  readonly weight: number
  /** Dither positions of an observation, at most. */
  readonly dithers: number
  /** Typical footprint of one exposure, in kB. */
  readonly sizeKb: number
  readonly setups: readonly Setup[]
}

/** Configurations: every one of `optics` (`FILTER/PUPIL/GRATING/SLIT`) with all detectors, subarrays and bands. */
function setups(optics: string, detectors: string, subarrays = 'FULL', bands = 'NONE'): Setup[] {
  return optics.split(' ').flatMap((parts) => {
    const [filter = 'NONE', pupil = 'NONE', grating = 'NONE', slit = 'NONE'] = parts.split('/')
    const base = { filter, pupil, grating, slit }
    return detectors
      .split(' ')
      .flatMap((names) =>
        subarrays
          .split(' ')
          .flatMap((subarray) =>
            bands.split(' ').map((band) => ({ ...base, subarray, band, detectors: names.split('+') })),
          ),
      )
  })
}

/** A mode with the defaults of most modes. */
function mode(expType: string, family: Family, weight: number, list: Setup[], rest: Partial<Mode> = {}): Mode {
  const instrument = INSTRUMENTS[expType.slice(0, 3)] ?? 'FGS'
  const common = { sourceBased: false, timeSeries: 0, dithers: 36, sizeKb: 900_000 }
  return { ...common, expType, instrument, family, weight, setups: list, ...rest }
}

const INSTRUMENTS: Readonly<Record<string, string>> = {
  FGS: 'FGS',
  MIR: 'MIRI',
  NRC: 'NIRCAM',
  NIS: 'NIRISS',
  NRS: 'NIRSPEC',
}

const MODULE_A = 'NRCA1+NRCA2+NRCA3+NRCA4'
const MODULE_B = 'NRCB1+NRCB2+NRCB3+NRCB4'
const SHORT_WAVE =
  'F070W/CLEAR F090W/CLEAR F115W/CLEAR F140M/CLEAR F150W/CLEAR F182M/CLEAR F187N/CLEAR F200W/CLEAR F210M/CLEAR ' +
  'F212N/CLEAR F150W2/F162M F150W2/F164N'
const LONG_WAVE =
  'F250M/CLEAR F277W/CLEAR F300M/CLEAR F335M/CLEAR F356W/CLEAR F360M/CLEAR F410M/CLEAR F430M/CLEAR F444W/CLEAR ' +
  'F460M/CLEAR F480M/CLEAR F444W/F405N F444W/F466N F444W/F470N F322W2/F323N'
const LONG_DETECTORS = 'NRCALONG NRCBLONG NRCALONG+NRCBLONG'
const MIRI_FILTERS = 'F560W F770W F1000W F1130W F1280W F1500W F1800W F2100W F2550W'
const GRATINGS =
  'F100LP/NONE/G140M F100LP/NONE/G140H F170LP/NONE/G235M F170LP/NONE/G235H F290LP/NONE/G395M F290LP/NONE/G395H ' +
  'CLEAR/NONE/PRISM'

/** NIRCam imaging in the short-wavelength channel. */
export const NRC_SHORT = mode(
  'NRC_IMAGE',
  'image',
  12,
  [
    ...setups(SHORT_WAVE, `${MODULE_A} ${MODULE_B} ${MODULE_A}+${MODULE_B} NRCA1 NRCB1`),
    ...setups(SHORT_WAVE, `${MODULE_B} NRCB1`, 'SUB160 SUB320 SUB640'),
    ...setups(SHORT_WAVE, 'NRCB1', 'SUB64P SUB160P SUB400P'),
  ],
  { sizeKb: 1_400_000 },
)

/** NIRCam imaging in the long-wavelength channel. */
export const NRC_LONG = mode('NRC_IMAGE', 'image', 12, [
  ...setups(LONG_WAVE, LONG_DETECTORS),
  ...setups(LONG_WAVE, 'NRCBLONG', 'SUB160 SUB320 SUB640 SUB400P'),
])

/** MIRI medium-resolution spectroscopy; each detector sees two of the four channels. */
export const MIR_MRS = mode('MIR_MRS', 'spec', 8, [
  ...setups(
    'NONE',
    'MIRIFUSHORT MIRIFULONG',
    'FULL',
    'SHORT MEDIUM LONG SHORT-MEDIUM SHORT-LONG MEDIUM-SHORT LONG-SHORT',
  ),
])

/** Every exposure type that reaches Level 3 (specification, section 3.6). */
export const MODES: readonly Mode[] = [
  NRC_SHORT,
  NRC_LONG,
  MIR_MRS,
  mode('FGS_IMAGE', 'image', 3, setups('CLEAR', 'GUIDER1 GUIDER2 GUIDER1+GUIDER2')),
  mode('MIR_IMAGE', 'image', 12, setups(MIRI_FILTERS, 'MIRIMAGE', 'FULL FULL FULL BRIGHTSKY SUB256 SUB128 SUB64')),
  mode('MIR_LRS-FIXEDSLIT', 'spec', 4, setups('P750L', 'MIRIMAGE')),
  mode('MIR_LRS-SLITLESS', 'spec', 3, setups('P750L', 'MIRIMAGE', 'SLITLESSPRISM'), { timeSeries: 0.8, dithers: 2 }),
  mode('MIR_WFSS', 'spec', 1, setups('P750L', 'MIRIMAGE'), { sourceBased: true }),
  mode('MIR_LYOT', 'tac', 2, setups('F2300C', 'MIRIMAGE', 'MASKLYOT')),
  mode('MIR_4QPM', 'tac', 3, [
    ...setups('F1065C', 'MIRIMAGE', 'MASK1065'),
    ...setups('F1140C', 'MIRIMAGE', 'MASK1140'),
    ...setups('F1550C', 'MIRIMAGE', 'MASK1550'),
  ]),
  mode('NRC_CORON', 'tac', 3, [
    ...setups('F335M/MASKRND', 'NRCALONG', 'SUB320A335R'),
    ...setups('F430M/MASKRND', 'NRCALONG', 'SUB320A430R'),
    ...setups('F460M/MASKBAR', 'NRCALONG', 'SUB320ALWB'),
    ...setups('F210M/MASKRND', 'NRCA2', 'SUB640A210R'),
    ...setups('F187N/MASKBAR', 'NRCA4', 'SUB640ASWB'),
  ]),
  mode(
    'NRC_WFSS',
    'spec',
    4,
    setups('F277W/GRISMR F322W2/GRISMR F322W2/GRISMC F356W/GRISMR F444W/GRISMR F444W/GRISMC', LONG_DETECTORS),
    { sourceBased: true },
  ),
  mode(
    'NRC_TSIMAGE',
    'tac',
    2,
    [...setups('F212N/WLP8', 'NRCA1+NRCA3', 'SUBGRISM64 SUBGRISM256'), ...setups('F444W/CLEAR', 'NRCBLONG', 'SUB64P')],
    { timeSeries: 1, dithers: 2 },
  ),
  mode(
    'NRC_TSGRISM',
    'tac',
    3,
    setups('F322W2/GRISMR F444W/GRISMR', 'NRCALONG', 'SUBGRISM64 SUBGRISM128 SUBGRISM256'),
    {
      timeSeries: 1,
      dithers: 2,
    },
  ),
  mode('NIS_IMAGE', 'image', 5, [
    ...setups('CLEAR/F090W CLEAR/F115W CLEAR/F140M CLEAR/F150W CLEAR/F158M CLEAR/F200W', 'NIS'),
    ...setups('F277W/CLEARP F356W/CLEARP F430M/CLEARP F444W/CLEARP F480M/CLEARP', 'NIS'),
  ]),
  mode('NIS_AMI', 'tac', 2, setups('F277W/NRM F380M/NRM F430M/NRM F480M/NRM', 'NIS', 'SUB80')),
  mode(
    'NIS_WFSS',
    'spec',
    4,
    [
      ...setups('GR150C/F115W GR150C/F150W GR150C/F200W GR150R/F115W GR150R/F150W GR150R/F200W', 'NIS'),
      ...setups('GR150R/F140M', 'NIS', 'WFSS64R WFSS128R'),
    ],
    { sourceBased: true },
  ),
  mode('NIS_SOSS', 'spec', 3, setups('CLEAR/GR700XD', 'NIS', 'SUBSTRIP96 SUBSTRIP256'), {
    timeSeries: 0.8,
    dithers: 2,
  }),
  mode(
    'NRS_FIXEDSLIT',
    'spec',
    5,
    [
      ...setups(
        'F100LP/NONE/G140H/S200A1 F170LP/NONE/G235H/S200A2 CLEAR/NONE/PRISM/S200A1',
        'NRS1+NRS2 NRS1',
        'ALLSLITS',
      ),
      ...setups('F100LP/NONE/G140H/S200A1', 'NRS1+NRS2', 'SUBS200A1'),
      ...setups('F290LP/NONE/G395H/S400A1', 'NRS1+NRS2', 'SUBS400A1'),
    ],
    { sourceBased: true },
  ),
  mode('NRS_IFU', 'spec', 6, setups(GRATINGS, 'NRS1 NRS1+NRS2')),
  mode('NRS_MSASPEC', 'spec', 4, setups(GRATINGS, 'NRS1+NRS2'), { sourceBased: true }),
  mode(
    'NRS_BRIGHTOBJ',
    'tac',
    3,
    [
      ...setups('CLEAR/NONE/PRISM/S1600A1', 'NRS1', 'SUB512 SUB512S'),
      ...setups('F290LP/NONE/G395H/S1600A1', 'NRS1+NRS2', 'SUB2048'),
    ],
    { timeSeries: 1, dithers: 2 },
  ),
]

/** Exposure types that never reach Level 3: the ingest drops them. */
export const DROPPED: readonly Mode[] = [
  mode('NRC_TACQ', 'tac', 4, setups('F212N/CLEAR', 'NRCA3', 'SUB32TATS')),
  mode('NRC_DARK', 'image', 1, setups('F212N/CLEAR', 'NRCA1 NRCB4 NRCBLONG')),
  mode('MIR_TACQ', 'spec', 3, setups('FND F560W', 'MIRIMAGE', 'SLITLESSPRISM FULL')),
  mode('NRS_TASLIT', 'spec', 2, setups('F110W/NONE/MIRROR/S1600A1 F140X/NONE/MIRROR/S1600A1', 'NRS1', 'SUB2048')),
  mode('NRS_AUTOWAVE', 'spec', 1, setups('F170LP/NONE/G235H', 'NRS1 NRS2')),
  mode('NIS_TACQ', 'tac', 1, setups('F480M/NRM', 'NIS', 'SUBTAAMI')),
]

/** Wavefront sensing, imaging with the weak lenses (WLM8, WLP8); each detector has a product of its own. */
export const WAVEFRONT = mode('NRC_IMAGE', 'image', 0, setups('F212N/WLM8 F212N/WLP8 F212N/CLEAR', 'NRCA1 NRCA3'))

/** Wavefront sensing in a subarray: exposures of no group. */
export const WAVEFRONT_SUBARRAY = mode('NRC_IMAGE', 'image', 0, [
  ...setups('F212N/WLM8', 'NRCA3', 'SUB8FP1A'),
  ...setups('F150W2/GDHS0 F150W2/GDHS60', 'NRCA3', 'SUB96DHSPILA'),
])

/** The first mode of an exposure type. */
export function modeOf(expType: string): Mode {
  const found = [...MODES, ...DROPPED].find((candidate) => candidate.expType === expType)
  if (found === undefined) throw new RangeError(`Unknown exposure type ${expType}`)
  return found
}

/** Which visit types occur in a family of modes, and how often; wavefront sensing is arranged apart. */
export const VISIT_TYPES: Readonly<Record<Family, readonly { readonly name: string; readonly weight: number }[]>> = {
  image: [
    { name: 'PRIME_TARGETED_FIXED', weight: 60 },
    { name: 'PRIME_TARGETED_MOVING', weight: 9 },
    { name: 'PRIME_UNTARGETED', weight: 8 },
    { name: 'PARALLEL_PURE', weight: 20 },
    { name: 'PARALLEL_SLEW_CALIBRATION', weight: 3 },
  ],
  spec: [
    { name: 'PRIME_TARGETED_FIXED', weight: 72 },
    { name: 'PRIME_TARGETED_MOVING', weight: 8 },
    { name: 'PRIME_UNTARGETED', weight: 6 },
    { name: 'PARALLEL_PURE', weight: 14 },
  ],
  tac: [
    { name: 'PRIME_TARGETED_FIXED', weight: 90 },
    { name: 'PRIME_TARGETED_MOVING', weight: 4 },
    { name: 'PRIME_UNTARGETED', weight: 6 },
  ],
}
