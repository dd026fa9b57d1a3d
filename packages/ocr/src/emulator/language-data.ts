import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ConfigError } from '@penstock/core'

export type Language = 'eng' | 'chi_sim'

const missing =
  'the emulator reads pictures with tesseract.js and its data, which are not installed: ' +
  'npm install tesseract.js @tesseract.js-data/eng @tesseract.js-data/chi_sim'

const require = createRequire(import.meta.url)

/** The languages whose data are installed. Throws one line saying what to install where there is nothing to read with. */
export const installedLanguages = (): ReadonlySet<Language> => {
  const languages = (['eng', 'chi_sim'] as const).filter((language) => dataFolder(language) !== undefined)
  if (languages.length === 0 || !resolved('tesseract.js')) throw new ConfigError('MISSING_PEER', missing)
  return new Set(languages)
}

/** Where the library finds a language's file, looked for because it would wait for ever for one that is not there. */
export const dataFolder = (language: Language): string | undefined => {
  const manifest = resolved(`@tesseract.js-data/${language}/package.json`)
  const folder = manifest && join(dirname(manifest), '4.0.0_best_int')
  return folder && existsSync(join(folder, `${language}.traineddata.gz`)) ? folder : undefined
}

const resolved = (name: string): string | undefined => {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}
