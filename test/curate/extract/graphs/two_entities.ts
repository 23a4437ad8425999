/** Two entities as a dump of Wikidata has them, four lines, compressed by bzip2 1.0.8. */
export const TWO_ENTITIES_BZ2 = Buffer.from(
  'QlpoOTFBWSZTWabpcocAACbbgAAQEAQkECAKPqffKiAAiBKFA9TQZGjQNAqqn6TJDT1DQyeptEeuN247zIkhOiwU0HFSowwowMxO' +
    '/NIiSK1wDNquhuhoosilWyXqzdiZXyappIShdD4mh3QSdrcJ5tnHR1e1EuWHlsaIfi7F/F3JFOFCQpulyhw=',
  'base64',
)
