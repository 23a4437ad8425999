import { Type } from 'typebox'
import { CLOSED } from '../schemas.ts'

/** The fields of a text of several sentences: one of them is given. */
export const SEQUENCE = {
  text: Type.Optional(Type.String({ description: 'Split into sentences' })),
  sentences: Type.Optional(Type.Array(Type.String(), { description: 'Taken as they are, up to 512' })),
  vectors: Type.Optional(
    Type.Array(Type.Array(Type.Number()), { description: "Vectors of the model's, one for each sentence" }),
  ),
}

/** Where a router sends a text. */
export const RoutingSchema = Type.Object(
  {
    experts: Type.Array(Type.Integer()),
    weights: Type.Array(Type.Number()),
    domains: Type.Array(Type.Object({ name: Type.String(), cosine: Type.Number() }, CLOSED)),
    confidence: Type.Number(),
  },
  CLOSED,
)
