/**
 * zod in its small form: schemas without methods, of which less is loaded. They mix with those of its large form: fields of
 * either go into `z.extend(general.input, {…})`, and `z.toJSONSchema(general.input)` takes both.
 */
import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'

// the small form says no more than "Invalid input" unless it is told; whoever has told it already is left in peace
if (z.config().localeError === undefined) z.config(en())

export { z }
