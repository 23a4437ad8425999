import { Type } from 'typebox'

/** A schema of an object without other fields than its own. */
export const ErrorSchema = Type.Object(
  {
    error: Type.Object(
      {
        message: Type.String(),
        type: Type.Enum([
          'invalid_request_error',
          'authentication_error',
          'permission_error',
          'rate_limit_error',
          'server_error',
        ]),
        param: Type.Union([Type.String(), Type.Null()], { description: 'The field that is wrong' }),
        code: Type.String({ description: 'A stable word' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, description: "An error in OpenAI's form" },
)

/** The answers that every route may give beside its own. */
export const ERRORS = { '4xx': ErrorSchema, '5xx': ErrorSchema } as const

/** An object whose fields are all known. */
export const CLOSED = { additionalProperties: false } as const
