/** Values of `language_type` on the general editions. */
export const generalLanguages = ['CHN_ENG', 'ENG', 'JAP', 'KOR', 'FRE', 'SPA', 'POR', 'GER', 'ITA', 'RUS'] as const

/**
 * Values of `language_type` on the accurate editions. The page's column of values ends with `HUN`; its description goes
 * on to the last four.
 */
export const accurateLanguages = [
  'auto_detect',
  ...generalLanguages,
  'DAN',
  'DUT',
  'MAL',
  'SWE',
  'IND',
  'POL',
  'ROM',
  'TUR',
  'GRE',
  'HUN',
  'THA',
  'VIE',
  'ARA',
  'HIN',
] as const

/** What the number in `language` means, as BCP 47. No page says it; replies and the mobile SDK's notes do. -1: not known. */
export const detectedLanguages = { 0: 'en', 1: 'ja', 2: 'ko', 3: 'zh' } as const
