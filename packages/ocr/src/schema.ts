/**
 * zod in its small form: schemas without methods, which weigh half and are made in half the time. They mix with the others,
 * as `z.extend(general.input, {…})` and `z.toJSONSchema(general.input)` do.
 */
import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'

// the small form says no more than "Invalid input" unless it is told; whoever has told it already is left in peace
if (z.config().localeError === undefined) z.config(en())

export { z }
