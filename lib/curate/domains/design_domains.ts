/** A part of a domain. */
export interface SubdomainDescription {
  /** Words and phrases that speak for it, in the singular and lower case. Its name counts as one. */
  readonly keywords: readonly string[]
  /** Topics of WordNet, by the first words of their synsets, whose members' definitions are of it. */
  readonly topics?: readonly string[] | undefined
}

/** Domains and their parts, by name. */
export type DomainDescriptions = Readonly<Record<string, Readonly<Record<string, SubdomainDescription>>>>

const list = (words: string) => words.split(', ')
const part = (keywords: string, topics = ''): SubdomainDescription => ({
  keywords: list(keywords),
  topics: topics === '' ? [] : list(topics),
})

/**
 * The eight domains that concepts are classified into, and what tells them: keywords, and topics of WordNet. Not those of
 * `wordNetDomains`, which cover all of WordNet and are learned from it alone.
 *
 * @example
 * ```js
 * import { DESIGN_DOMAINS } from 'vector-mamba/curate'
 *
 * console.log(Object.keys(DESIGN_DOMAINS).length, Object.keys(DESIGN_DOMAINS.linguistic).join()) // 8 syntax,semantics,translation,rhetoric
 * ```
 */
export const DESIGN_DOMAINS = {
  formal_logic: {
    mathematics: part(
      'mathematics, mathematical, number, integer, equation, polynomial, matrix, calculus, algebra, probability, statistics, derivative, ' +
        'integral, prime, fraction, arithmetic, sum, variable, coefficient, exponent, divisor, statistical, random variable',
      'mathematics, statistics, arithmetic, algebra, matrix algebra, numeration system',
    ),
    proofs: part(
      'proof, theorem, axiom, lemma, logic, logical, deduction, premise, proposition, inference, contradiction, tautology, ' +
        'syllogism, quantifier, induction, corollary, conjecture',
      'logic',
    ),
    algorithms: part(
      'algorithm, recursion, sorting, complexity, computable, automaton, turing machine, heuristic, game theory',
      'game theory',
    ),
    type_theory: part(
      'type theory, lambda calculus, category theory, functor, monad, set theory, predicate, formal system, semantics of types',
    ),
  },
  physical_sciences: {
    physics: part(
      'physics, physical, force, energy, mass, velocity, acceleration, gravity, electron, particle, quantum, radiation, wavelength, light, ' +
        'magnetic, electric, heat, temperature, atom, nucleus, star, planet, galaxy, orbit, telescope, sun, relativity, momentum',
      'physics, optics, electricity, thermodynamics, particle physics, nuclear physics, acoustics, mechanics, astronomy, cosmology, ' +
        'quantum theory, relativity, hydrostatics, meteorology, spaceflight',
    ),
    chemistry: part(
      'chemistry, chemical, molecule, molecular, acid, compound, ion, oxide, reaction, solvent, catalyst, element, alkali, carbon, hydrogen, ' +
        'oxygen, salt, polymer, reagent, solution, crystalline',
      'chemistry, biochemistry, physical chemistry, crystallography, chemical analysis, colloid',
    ),
    engineering: part(
      'engineering, engineer, machine, circuit, engine, device, electronic, voltage, current, signal, motor, bridge, mechanical, ' +
        'amplifier, transistor, transmission, aircraft, vehicle, generator, gear',
      'electronics, telecommunication, telephone, engineering, electrical engineering, aeronautics, construction, masonry, carpentry, ' +
        'mining, airplane, aircraft, car, motor vehicle, jet engine',
    ),
    materials: part(
      'material, metal, alloy, steel, ceramic, mineral, rock, ore, glass, iron, copper, metallurgy, crust, sediment, volcanic, geological',
      'geology, mineralogy, metallurgy, ceramics, tectonics',
    ),
  },
  life_sciences: {
    biology: part(
      'biology, biological, cell, gene, genetic, protein, organism, species, chromosome, enzyme, bacteria, dna, evolution, embryo, tissue, ' +
        'animal, mammal, insect, bird, fish, larva, genus, membrane, anatomy, anatomical, muscle, bone',
      'biology, genetics, microbiology, embryology, cytology, organism, zoology, animal, mammal, vertebrate, anatomy, histology, ' +
        'bacteria, microorganism, virus, molecular biology, physiology, entomology, ornithology, ichthyology, paleontology',
    ),
    medicine: part(
      'medicine, medical, disease, patient, drug, surgery, surgical, symptom, therapy, doctor, physician, hospital, infection, vaccine, blood, ' +
        'cancer, diagnosis, pain, tumor, inflammation, clinical, tooth, pregnancy, dose',
      'medicine, pathology, surgery, dentistry, obstetrics, drug, immunology, pharmacology, ophthalmology, radiology, pregnancy, narcotic, ' +
        'otology, epidemiology, orthopedics, endocrinology, veterinary medicine, toxicology',
    ),
    ecology: part(
      'ecology, ecological, ecosystem, habitat, plant, forest, predator, prey, climate, biodiversity, leaf, flower, seed, root, stem, fungus, ' +
        'tree, botanical, pollen, vegetation',
      'ecology, botany, plant, vegetation, Fungi, fungus',
    ),
    neuroscience: part(
      'neuroscience, brain, neuron, nerve, synapse, cortex, neural, axon, sensory, nervous system, spinal, reflex, neurotransmitter',
      'neurology, neurophysiology, neuroscience, psychophysics',
    ),
  },
  code_reasoning: {
    implementation: part(
      'implementation, software, program, computer, code, function, class, method, python, javascript, compiler, library, api, source code, ' +
        'programming, programmer, string, array, parameter, return value, file, byte, bit, data structure, database, module, operating system',
      'computer science, computer, programming, computer technology, computer graphics',
    ),
    debugging: part(
      'debugging, bug, debugger, exception, stack trace, crash, unit test, breakpoint, assertion, error message, segmentation fault',
    ),
    optimization: part(
      'optimization, cache, memory, performance, latency, throughput, parallel, thread, concurrency, runtime, processor, cpu',
    ),
    architecture: part(
      'software architecture, server, client, protocol, network, interface, microservice, layer, framework, operating system, internet, web, ' +
        'browser, url',
    ),
  },
  linguistic: {
    syntax: part(
      'syntax, grammar, grammatical, noun, verb, adjective, adverb, clause, sentence, phrase, inflection, preposition, pronoun, tense, ' +
        'plural, linguistics, linguistic, morpheme, declension, conjunction',
      'grammar, linguistics, descriptive linguistics, historical linguistics',
    ),
    semantics: part(
      'semantics, meaning, word, vocabulary, synonym, lexical, connotation, denotation, pragmatics, reference, metonymy',
    ),
    translation: part(
      'translation, translate, language, dialect, bilingual, interpreter, vowel, consonant, phoneme, alphabet, pronunciation, syllable',
      'phonetics, phonology, language',
    ),
    rhetoric: part(
      'rhetoric, rhetorical, metaphor, poem, poetry, prose, essay, novel, literary, literature, verse, rhyme, stanza, speech, narrative, ' +
        'orator, story, writer, figure of speech, metrical',
      'rhetoric, literature, poetry, prosody, writing, dramaturgy, drama, rhyme',
    ),
  },
  temporal_reasoning: {
    causality: part('causality, cause, effect, consequence, causal, because, antecedent, chain of events'),
    planning: part(
      'planning, plan, schedule, deadline, calendar, timetable, milestone, sequence of steps, agenda',
    ),
    history: part(
      'history, historical, ancient, century, medieval, empire, dynasty, era, antiquity, archaeological, archeological, prehistoric, roman, ' +
        'greek, king, knight, feudal, monarch, middle ages',
      'antiquity, Middle Ages, archeology, history',
    ),
    prediction: part(
      'prediction, forecast, future, prophecy, predict, trend, horoscope, zodiac, oracle, omen, astrology',
      'astrology',
    ),
  },
  spatial_reasoning: {
    geometry: part(
      'geometry, geometric, triangle, circle, angle, polygon, sphere, plane, line, curve, perpendicular, parallel, ellipse, vertex, ' +
        'square, cube, diagonal, radius, cone',
      'geometry',
    ),
    topology: part(
      'topology, surface, manifold, boundary, neighborhood, knot, open set, connected, continuous',
    ),
    navigation: part(
      'navigation, map, latitude, longitude, compass, route, ship, sail, course, north, south, bearing, boat, vessel, mast, deck, anchor, ' +
        'coordinate, direction',
      'navigation, seafaring, ship, boat, sailing, sailing vessel',
    ),
    visualization: part(
      'visualization, image, picture, diagram, perspective, drawing, painting, photograph, camera, lens, shape, color, building, column, arch, ' +
        'facade, shield, ornament, roof, sculpture',
      'photography, heraldry, architecture, art, fine arts, classical architecture',
    ),
  },
  social_dynamics: {
    psychology: part(
      'psychology, psychological, emotion, behavior, personality, motivation, anxiety, memory, perception, mental, freud, neurosis, ' +
        'unconscious, attitude, mind, disorder',
      'psychology, psychiatry, psychoanalysis, Jung, psychotherapy',
    ),
    economics: part(
      'economics, economic, market, price, money, trade, bank, tax, stock, business, commercial, investment, income, wage, company, ' +
        'corporation, sale, goods, debt, loan, account, share',
      'commerce, commercial enterprise, economics, tax, stock exchange, accounting, finance, corporation, auction, industry, banking, business, ' +
        'investing, corporate finance',
    ),
    politics: part(
      'politics, political, government, law, legal, court, election, vote, parliament, state, legislation, war, military, army, soldier, weapon, ' +
        'judge, crime, criminal, trial, contract, lawsuit, terrorist, officer, party, enemy, navy, treaty, plaintiff',
      'law, military, terrorism, crime, politics, government, criminal law, contract, election, legislature, legislation, war, navy, Roman law, ' +
        'civil law, diplomacy, parliament',
    ),
    culture: part(
      'culture, cultural, religion, religious, god, church, priest, music, musical, song, dance, theater, tradition, ritual, custom, myth, ' +
        'goddess, christian, jewish, islamic, muslim, hindu, buddhist, bible, prayer, game, player, ball, team, sport, hitter, melody, chord, film',
      'music, Greek mythology, Norse mythology, Roman mythology, classical mythology, mythology, folklore, Roman Catholic, Judaism, religion, ' +
        'Hinduism, Christianity, Islam, theology, Buddhism, church service, Old Testament, New Testament, Bible, anthropology, performing arts, ' +
        'baseball, sport, golf, football, American football, card game, basketball, tennis, boxing, cricket, soccer, dancing, ballet, ' +
        'education, Sikhism, Anglican Church, sociology',
    ),
  },
} as const satisfies DomainDescriptions

/** A name of one of the eight domains. */
export type DesignDomain = keyof typeof DESIGN_DOMAINS
