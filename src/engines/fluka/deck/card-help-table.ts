/** The described cards: data of card-help.ts. Units: GeV, cm, s, g/cm3 throughout. Source: FLUKA manual, cards by name. */

import type { Flavour } from '../flavour.ts'
import type { Takes, WhatHelp } from './card-help.ts'

interface FlavourEntry {
  readonly note: string
  readonly whats?: readonly WhatHelp[]
}

interface VariantEntry {
  readonly purpose: string
  readonly whats: readonly WhatHelp[]
  readonly flavourNote?: string
  readonly byFlavour?: Readonly<Partial<Record<Flavour, FlavourEntry>>>
}

export interface CardEntry {
  readonly purpose: string
  readonly whats: readonly WhatHelp[]
  readonly sdum?: string
  readonly flavourNote?: string
  readonly byFlavour?: Readonly<Partial<Record<Flavour, FlavourEntry>>>
  /** Where the text field decides what the numbers mean. */
  readonly bySdum?: Readonly<Record<string, VariantEntry>>
}

const field = (takes: Takes, meaning: string, unit = ''): WhatHelp => ({ meaning, takes, unit })
/** A number. */
const n = (meaning: string, unit = '') => field('number', meaning, unit)
/** A number or a name. */
const e = (meaning: string, unit = '') => field('number-or-name', meaning, unit)
const unused = field('nothing', 'not used')

const fromTo = (things: string): readonly WhatHelp[] => [
  e(`first ${things}`),
  e(`last ${things} (default: the first)`),
  n('step between them (default 1)'),
]

const INFN_ONLY: Readonly<Partial<Record<Flavour, FlavourEntry>>> = {
  cern4: { note: 'Not part of FLUKA 4 (CERN); met in decks of FLUKA (INFN) only.' },
}

const SWITCH = n('above 0: on; below 0: off; 0: the default')

const DETECTOR_UNIT = n('file unit: below 0 binary, above 0 text; at least 21 in size')

export const CARDS: Readonly<Record<string, CardEntry>> = {
  TITLE: {
    purpose: 'The next line, whatever it is, is the title; 80 characters go into every output file.',
    whats: [],
  },
  GLOBAL: {
    purpose: 'Declarations that must come before everything that takes memory.',
    whats: [
      n('largest number of regions (default 1000)'),
      n('below 0: as analogue as possible; above 1: as biased as possible'),
      n('use of the distance to the nearest boundary; does not change the physics'),
      n('form of the input: 1 names and numbers, 2 free form, 3 numbers'),
      n('above 0: geometry in free form'),
      unused,
    ],
  },
  DEFAULTS: {
    purpose: 'A set of physics settings to start from; must come first.',
    whats: [],
    sdum: 'NEW-DEFA (default), PRECISIO, HADROTHE, SHIELDIN, CALORIME, EET/TRAN, EM-CASCA, ICARUS, NEUTRONS, DAMAGE',
  },
  BEAM: {
    purpose: 'Particle, energy and shape of the beam.',
    whats: [
      n('above 0: momentum in GeV/c; below 0: kinetic energy in GeV (HEAVYION: per nuclear mass unit)', 'GeV'),
      n('spread of momentum: above 0 full width of a flat distribution, below 0 FWHM of a Gaussian', 'GeV/c'),
      n('divergence: above 0 flat, below 0 FWHM of a Gaussian, above 2000 pi isotropic', 'mrad'),
      n('size in x: above 0 full width of a rectangle, below 0 FWHM; with WHAT(6) below 0 the outer radius', 'cm'),
      n('size in y: above 0 full width of a rectangle, below 0 FWHM; with WHAT(6) below 0 the inner radius', 'cm'),
      n('below 0: WHAT(4) and WHAT(5) are radii of a ring; otherwise weight of a primary'),
    ],
    sdum: 'particle: PROTON, DEUTERON, 4-HELIUM, HEAVYION, NEUTRON and others',
  },
  BEAMPOS: {
    purpose: 'Where the beam starts and where it goes.',
    whats: [
      n('x of the start', 'cm'),
      n('y of the start', 'cm'),
      n('z of the start', 'cm'),
      n('direction cosine to x'),
      n('direction cosine to y'),
      unused,
    ],
    sdum: 'NEGATIVE: towards negative z. SPHE-VOL, CYLI-VOL, CART-VOL, FLOOD: an extended source',
    bySdum: {
      'SPHE-VOL': {
        purpose: 'The source fills a spherical shell.',
        whats: [n('inner radius', 'cm'), n('outer radius', 'cm'), unused, unused, unused, unused],
      },
      'CYLI-VOL': {
        purpose: 'The source fills a cylindrical shell along z.',
        whats: [
          n('inner radius', 'cm'),
          n('outer radius', 'cm'),
          n('inner height', 'cm'),
          n('outer height', 'cm'),
          unused,
          unused,
        ],
      },
      'CART-VOL': {
        purpose: 'The source fills a box, or the space between two boxes.',
        whats: [
          n('inner length along x', 'cm'),
          n('outer length along x', 'cm'),
          n('inner length along y', 'cm'),
          n('outer length along y', 'cm'),
          n('inner length along z', 'cm'),
          n('outer length along z', 'cm'),
        ],
      },
    },
  },
  BEAMAXES: {
    purpose: 'Axes of the beam, when they are not those of the geometry.',
    whats: [
      n('cosine between the x axes'),
      n('cosine between beam x and geometry y'),
      n('cosine between beam x and geometry z'),
      n('cosine between beam z and geometry x'),
      n('cosine between beam z and geometry y'),
      n('cosine between the z axes'),
    ],
  },
  'HI-PROPE': {
    purpose: 'Which nucleus HEAVYION or ISOTOPE means.',
    whats: [n('charge number Z'), n('mass number A'), n('isomeric state'), unused, unused, unused],
  },
  MATERIAL: {
    purpose: 'An element, an isotope, or the name and density of a compound.',
    whats: [
      n('charge number Z; blank for a compound'),
      n('atomic weight; blank: the known one', 'g/mol'),
      n('density; below 0.01 FLUKA takes a gas at 1 atm unless MAT-PROP says otherwise', 'g/cm3'),
      n('number of the material; blank with names'),
      e('another material for the energy loss'),
      n('mass number A; 0 or blank: natural composition'),
    ],
    sdum: 'name of the material',
  },
  COMPOUND: {
    purpose: 'Components of a compound, three a card; further cards with the same name go on.',
    whats: [1, 2, 3].flatMap((one) => [
      n(`content of component ${one}: with a material above 0 atoms; below 0 mass; both below 0 volume`),
      e(`component ${one}: "-" before a name means parts by volume`),
    ]),
    sdum: 'name of the compound',
  },
  'MAT-PROP': {
    purpose: 'Further properties of a material.',
    whats: [
      n('gas pressure', 'atm'),
      n('factor on the density for energy loss'),
      n('mean ionisation potential', 'eV'),
      ...fromTo('material'),
    ],
    sdum: 'blank, DPA-ENER, or user-defined',
    bySdum: {
      'DPA-ENER': {
        purpose: 'Energies of damage (displacements per atom).',
        whats: [n('damage threshold', 'eV'), n('parameter'), n('parameter'), ...fromTo('material')],
      },
    },
  },
  STERNHEI: {
    purpose: 'Parameters of the density effect of one material.',
    whats: [n('C'), n('X0'), n('X1'), n('a'), n('m'), n('delta0')],
    sdum: 'name of the material',
  },
  ASSIGNMA: {
    purpose: 'Fills regions with a material.',
    whats: [
      e('material'),
      ...fromTo('region'),
      n('magnetic or electric field: 1 magnetic'),
      e('material while decay radiation is transported'),
    ],
  },
  PHYSICS: {
    purpose: 'Switches of the physics models, chosen by the text field.',
    whats: [],
    sdum: 'EVAPORAT, COALESCE, PEATHRES, IONSPLIT, EM-DISSO, DECAYS, DPMTHRES, RQMDFLAG, LIMITS and others',
    bySdum: {
      EVAPORAT: {
        purpose: 'Model of evaporation; 3 (with heavy fragments) is needed for residual nuclei.',
        whats: [
          n('1 old model, 2 new without heavy fragments, 3 new with heavy fragments; larger numbers limit Z and A'),
          unused,
          unused,
          unused,
          unused,
          unused,
        ],
      },
      COALESCE: {
        purpose: 'Emission of light composite particles; needed for residual nuclei.',
        whats: [n('above 0: on'), unused, unused, unused, unused, unused],
      },
      'EM-DISSO': {
        purpose: 'Electromagnetic dissociation of ions.',
        whats: [
          n("which partners may dissociate: see FLUKA's own manual for the values"),
          unused,
          unused,
          unused,
          unused,
          unused,
        ],
      },
      PEATHRES: {
        purpose: 'Highest energies of the model PEANUT; large numbers: always.',
        whats: [
          n('nucleons', 'GeV'),
          n('pions', 'GeV'),
          n('charged kaons', 'GeV'),
          n('neutral kaons and hyperons', 'GeV'),
          n('antinucleons', 'GeV'),
          n('antihyperons', 'GeV'),
        ],
      },
      IONSPLIT: {
        purpose: 'Splitting of nucleus-nucleus reactions into reactions of nucleons.',
        whats: [
          SWITCH,
          n('lowest energy per nucleon', 'GeV'),
          n('highest energy per nucleon', 'GeV'),
          n('option'),
          n('option'),
          n('option'),
        ],
      },
      ISOMERS: {
        purpose: 'Production of isomers.',
        whats: [SWITCH, unused, unused, unused, unused, unused],
        byFlavour: INFN_ONLY,
        flavourNote: 'FLUKA (INFN) only.',
      },
      INFLDCAY: {
        purpose: 'Decay in flight.',
        whats: [n('option'), n('option'), n('option'), n('option'), n('option'), n('option')],
        byFlavour: INFN_ONLY,
        flavourNote: 'FLUKA (INFN) only.',
      },
    },
  },
  IONTRANS: {
    purpose: 'Transport of ions heavier than a proton; without it they stop where they are born.',
    whats: [
      e(
        '1 or more: none; -1 approximate; -2 or HEAVYION all ions in full; -3 to -6 light ions up to that particle in full',
      ),
      unused,
      unused,
      unused,
      unused,
      unused,
    ],
  },
  'LOW-NEUT': {
    purpose: 'Neutrons below 20 MeV by groups.',
    whats: [
      n('neutron groups (260)'),
      n('photon groups (42)'),
      n('highest energy', 'GeV'),
      n('what is printed, 0 to 4; above 0 says whether data of residual nuclei exist'),
      n('thermal groups (31)'),
      n('pointwise treatment and fission options'),
    ],
  },
  'LOW-PWXS': {
    purpose: 'Neutrons below 20 MeV by pointwise cross sections.',
    whats: [e('switch or flag'), e('option'), n('temperature', 'K'), e('material'), e('material'), n('step')],
    sdum: 'library or isotope',
    flavourNote: 'The same card means different things in the two lines of FLUKA.',
    byFlavour: {
      cern4: {
        note: 'FLUKA 4: -1 switches pointwise neutrons off; WHAT(2) names a bound form.',
        whats: [
          n('-1: off; otherwise blank'),
          e('bound form, for example graphite'),
          n('temperature', 'K'),
          ...fromTo('material'),
        ],
      },
      infn: {
        note: 'FLUKA (INFN), since 2021.2: 1 switches pointwise neutrons on for a range of materials.',
        whats: [n('1: on'), n('energy grid'), n('temperature', 'K'), ...fromTo('material')],
      },
    },
  },
  'LOW-MAT': {
    purpose: 'Which set of neutron data belongs to a material.',
    whats: [
      e('material'),
      n('charge number Z of the set'),
      n('mass number of the set: -2 natural, below that bound or self-shielded forms'),
      n('temperature of the set', 'K'),
      unused,
      unused,
    ],
    sdum: 'name of the set',
  },
  RESNUCLE: {
    purpose: 'Counts residual nuclei by Z and A in a region.',
    whats: [
      n('1 without, 2 only, 3 with the products of neutrons below 20 MeV'),
      DETECTOR_UNIT,
      n('largest Z (default from the material)'),
      n('largest M = N - Z + 5 (default from the material)'),
      e('region; -1 or @ALLREGS: all'),
      n('volume; 1 makes the result nuclei per primary', 'cm3'),
    ],
    sdum: 'name of the detector, 10 characters',
  },
  USRBIN: {
    purpose: 'A mesh of energy deposition or fluence.',
    whats: [
      n(
        '0 Cartesian, 1 cylindrical, 2 by region, 3 to 6 Cartesian and 7 cylindrical with mirror symmetry; +10: deposited along the track',
      ),
      e('particle or quantity'),
      DETECTOR_UNIT,
      e('largest x or R; by region: last region'),
      e('largest y; cylindrical: y of the axis', 'cm'),
      e('largest z', 'cm'),
      e('smallest x or R; by region: first region'),
      e('smallest y; cylindrical: x of the axis', 'cm'),
      e('smallest z', 'cm'),
      n('bins in x or R; by region: step'),
      n('bins in y or phi'),
      n('bins in z'),
    ],
    sdum: 'name of the detector, 10 characters',
  },
  USRBDX: {
    purpose: 'Spectrum of particles that cross from one region into another.',
    whats: [
      n('1 linear, -1 logarithmic energy; +10 both ways; +100 fluence instead of current'),
      e('particle'),
      DETECTOR_UNIT,
      e('region that is left'),
      e('region that is entered'),
      n('area', 'cm2'),
      n('largest energy', 'GeV'),
      n('smallest energy', 'GeV'),
      n('energy bins (10)'),
      n('largest angle', 'sr'),
      n('smallest angle', 'sr'),
      n('angle bins (1)'),
    ],
    sdum: 'name of the detector, 10 characters',
  },
  USRTRACK: {
    purpose: 'Spectrum of fluence in a region, by track length.',
    whats: [
      n('1 linear, -1 logarithmic energy'),
      e('particle'),
      DETECTOR_UNIT,
      e('region; -1: all'),
      n('volume', 'cm3'),
      n('energy bins (10)'),
      n('largest energy', 'GeV'),
      n('smallest energy', 'GeV'),
    ],
    sdum: 'name of the detector, 10 characters',
  },
  USRCOLL: {
    purpose: 'Spectrum of fluence in a region, by collisions.',
    whats: [
      n('1 linear, -1 logarithmic energy'),
      e('particle'),
      DETECTOR_UNIT,
      e('region; -1: all'),
      n('volume', 'cm3'),
      n('energy bins (10)'),
      n('largest energy', 'GeV'),
      n('smallest energy', 'GeV'),
    ],
    sdum: 'name of the detector, 10 characters',
  },
  SCORE: {
    purpose: 'Energy or stars by region, printed in the listing.',
    whats: [e('first quantity'), e('second quantity'), e('third quantity'), e('fourth quantity'), unused, unused],
  },
  RADDECAY: {
    purpose: 'Radioactive decay of what is produced.',
    whats: [
      n('1: inventory at stated cooling times; above 1: each decay at a time of its own'),
      n('isomers shared between ground and excited state: above 0 on'),
      n('how often each decay is drawn'),
      n('nine digits: which biasing applies to prompt and to decay radiation'),
      n('factors on transport thresholds, prompt and decay'),
      n('above 0: beta spectra with corrections'),
    ],
  },
  IRRPROFI: {
    purpose: 'Irradiation: pairs of duration and intensity, three a card, in order of time.',
    whats: [1, 2, 3].flatMap((one) => [n(`duration ${one}`, 's'), n(`intensity ${one}`, 'primaries/s')]),
  },
  DCYTIMES: {
    purpose: 'Cooling times after the end of irradiation, numbered over all cards.',
    whats: [1, 2, 3, 4, 5, 6].map((one) => n(`cooling time ${one} of this card; below 0: before the end of beam`, 's')),
  },
  DCYSCORE: {
    purpose: 'Ties detectors to a cooling time.',
    whats: [
      n('number of the cooling time, from 1; -1: semi-analogue'),
      unused,
      unused,
      e('first detector'),
      e('last detector (default: the first)'),
      n('step (default 1)'),
    ],
    sdum: 'class of the detectors: RESNUCLE, USRBIN, USRBDX, USRTRACK, EVENTBIN, USRYIELD',
  },
  'LAM-BIAS': {
    purpose: 'Biasing of decay length or interaction length.',
    whats: [
      n('factor or mean free path of decay'),
      n('factor on the interaction length: below 1 more interactions'),
      e('material'),
      ...fromTo('particle'),
    ],
    sdum: 'blank (inelastic of hadrons), INEPRI, INEALL, DECPRI, DECALL and others',
  },
  BIASING: {
    purpose: 'Importance of regions, splitting and Russian roulette.',
    whats: [
      n('particles: 0 all, 1 hadrons, 2 electromagnetic, 3 neutrons below 20 MeV'),
      n('factor'),
      n('importance'),
      ...fromTo('region'),
    ],
  },
  'ROT-DEFI': {
    purpose: 'A rotation with translation, for bodies, lattices and meshes.',
    whats: [
      n('number and axis: hundreds give the axis (1 x, 2 y, 3 or blank z)'),
      n('polar angle', 'degrees'),
      n('azimuth', 'degrees'),
      n('translation along x', 'cm'),
      n('translation along y', 'cm'),
      n('translation along z', 'cm'),
    ],
    sdum: 'name of the transformation',
  },
  LATTICE: {
    purpose: 'Repeats a cell of the geometry in container regions.',
    whats: [...fromTo('container region'), e('first lattice'), e('last lattice'), n('step')],
    sdum: 'name of the ROT-DEFI',
  },
  GEOBEGIN: {
    purpose: 'Begins the geometry.',
    whats: [
      n('option of brackets'),
      n('accuracy', '1e-6 cm'),
      n('unit of a file with the geometry; blank: it follows'),
      n('unit of a file for the echo; blank: the listing'),
      n('optimisation of brackets'),
      unused,
    ],
    sdum: 'COMBNAME: free form with names; COMBINAT: fixed form',
  },
  GEOEND: {
    purpose: 'Ends the geometry; with DEBUG it looks for gaps and overlaps.',
    whats: [
      n('largest x', 'cm'),
      n('largest y', 'cm'),
      e('largest z', 'cm'),
      n('smallest x', 'cm'),
      n('smallest y', 'cm'),
      e('smallest z', 'cm'),
      n('points in x'),
      n('points in y'),
      n('points in z'),
    ],
    sdum: 'DEBUG or blank',
  },
  RANDOMIZ: {
    purpose: 'Seed of the random numbers.',
    whats: [
      n('unit of the file with the state (1)'),
      n('seed: a whole number of 1 to 900 000 000; runs with different seeds are independent'),
      unused,
      unused,
      unused,
      unused,
    ],
  },
  START: {
    purpose: 'Begins the run. Without it the deck is only read.',
    whats: [
      n('primaries'),
      unused,
      n('time to be left at the end', 's'),
      n('core dump when the run is aborted'),
      n('above 0: the state of the generator is printed for each history'),
      n('time', 's'),
    ],
  },
  STOP: { purpose: 'Ends the input; nothing behind it is read.', whats: [] },
  OPEN: {
    purpose: 'Connects a file, named on the next line, with a unit.',
    whats: [n('unit: above 0 text, below 0 binary'), unused, unused, unused, unused, unused],
    sdum: 'OLD, NEW, UNKNOWN, READONLY, SCRATCH',
  },
}
