import type { Category } from '../../wordnet/names.ts'

/** What of WordNet belongs to a subdomain. */
export interface SubdomainSource {
  /** Files of the lexicographers: all of their synsets that no topic claims. */
  readonly categories: readonly Category[]
  /** First words of synsets that topic pointers lead to; such a pointer counts more than the file. */
  readonly topics: readonly string[]
}

const part = (categories: readonly Category[], ...topics: readonly string[]): SubdomainSource => ({
  categories,
  topics,
})

/**
 * The eight domains that a language model of concepts starts with, and their parts.
 *
 * Files that say nothing of what a text is about (acts, attributes, events, relations, states; verbs of change, contact
 * and being; adjectives and adverbs) belong to no domain; their synsets do where a topic pointer says so.
 */
export const WORDNET_DOMAINS = {
  science: {
    mathematics: part([], 'mathematics', 'statistics', 'geometry', 'arithmetic', 'logic', 'algebra'),
    physics: part(
      ['noun.phenomenon'],
      ...['physics', 'optics', 'electricity', 'thermodynamics', 'particle physics', 'nuclear physics'],
      ...['acoustics', 'mechanics'],
    ),
    chemistry: part(
      ['noun.substance', 'noun.process'],
      ...['chemistry', 'biochemistry', 'physical chemistry', 'crystallography'],
    ),
    biology: part(
      [],
      ...['biology', 'genetics', 'ecology', 'microbiology', 'embryology', 'cytology', 'organism'],
    ),
    astronomy: part([], 'astronomy', 'cosmology', 'astrology'),
  },
  nature: {
    animals: part(['noun.animal'], 'zoology', 'animal', 'mammal', 'vertebrate', 'game bird', 'ichthyology'),
    plants: part(['noun.plant'], 'botany', 'plant', 'Fungi', 'fungus', 'vegetation'),
    earth: part(['noun.object'], 'geology', 'mineralogy', 'river', 'lake', 'ocean'),
    weather: part(['verb.weather'], 'meteorology'),
  },
  mind: {
    thought: part(['noun.cognition', 'verb.cognition'], 'philosophy', 'metaphysics', 'ethics'),
    feeling: part(['noun.feeling', 'noun.motive', 'verb.emotion']),
    perception: part(['verb.perception'], 'psychophysics'),
    psychology: part([], 'psychology', 'psychiatry', 'psychoanalysis'),
  },
  society: {
    people: part(['noun.person', 'noun.group', 'verb.social'], 'anthropology', 'education'),
    government: part([], 'government', 'politics', 'election', 'legislature', 'legislation'),
    law: part([], 'law', 'crime', 'criminal law', 'contract', 'Roman law', 'civil law'),
    military: part([], 'military', 'terrorism', 'war', 'navy'),
    commerce: part(
      ['noun.possession', 'verb.possession'],
      ...['commerce', 'commercial enterprise', 'economics', 'tax', 'stock exchange', 'accounting', 'finance'],
      ...['corporation', 'auction', 'industry'],
    ),
    religion: part(
      [],
      ...['Roman Catholic', 'Judaism', 'religion', 'Hinduism', 'Christianity', 'Islam', 'church service'],
      ...['theology', 'Buddhism', 'Anglican Church', 'Christian theology', 'Old Testament', 'New Testament'],
    ),
    sport: part(
      ['verb.competition'],
      ...['sport', 'baseball', 'golf', 'football', 'American football', 'card game', 'chess', 'basketball'],
      ...['game', 'boxing', 'tennis', 'bridge', 'riding', 'cricket', 'soccer', 'ice hockey', 'badminton'],
      ...['fencing', 'rugby', 'softball', 'squash', 'water sport'],
    ),
  },
  art: {
    language: part(
      ['noun.communication', 'verb.communication'],
      ...['linguistics', 'grammar', 'rhetoric', 'phonetics', 'language', 'writing'],
    ),
    literature: part(
      [],
      ...['literature', 'poetry', 'prosody', 'drama', 'dramaturgy', 'folklore', 'mythology', 'legend'],
      ...['Greek mythology', 'Norse mythology', 'Roman mythology', 'classical mythology', 'Arthurian legend'],
    ),
    music: part([], 'music', 'singing'),
    images: part([], 'art', 'fine arts', 'architecture', 'photography', 'heraldry'),
    stage: part([], 'performing arts', 'dancing', 'ballet', 'television', 'movie'),
  },
  technology: {
    things: part(['noun.artifact'], 'furniture'),
    making: part(
      ['verb.creation'],
      ...['handicraft', 'printing', 'farming', 'animal husbandry', 'mining', 'masonry', 'construction'],
      ...['metallurgy', 'carpentry', 'ceramics', 'gardening'],
    ),
    computing: part([], 'computer science', 'computer', 'programming'),
    machines: part([], 'electronics', 'telecommunication', 'telephone', 'engineering', 'recording'),
    transport: part(
      [],
      ...['seafaring', 'air travel', 'ship', 'driving', 'airplane', 'aircraft', 'car', 'boat', 'aeronautics'],
      ...['motor vehicle', 'train'],
    ),
  },
  body: {
    anatomy: part(['noun.body', 'verb.body'], 'anatomy', 'physiology'),
    health: part(
      [],
      ...[
        'medicine',
        'pathology',
        'surgery',
        'dentistry',
        'obstetrics',
        'drug',
        'immunology',
        'pharmacology',
      ],
      ...['ophthalmology', 'neurology', 'pregnancy', 'radiology', 'narcotic'],
    ),
    food: part(['noun.food', 'verb.consumption'], 'cooking'),
  },
  measure: {
    place: part(['noun.location'], 'navigation'),
    time: part(['noun.time'], 'antiquity', 'Middle Ages', 'archeology', 'history'),
    quantity: part(['noun.quantity']),
    shape: part(['noun.shape']),
    motion: part(['verb.motion']),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, SubdomainSource>>>>

export type WordNetDomain = keyof typeof WORDNET_DOMAINS
