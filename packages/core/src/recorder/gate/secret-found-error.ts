import { PenstockError } from '../../errors.ts'

/** A file was not written, for a secret stands in it. */
export class SecretFoundError extends PenstockError {
  /** What was to be written. */
  readonly artefact: string
  /** Whose value it is: `⟨api_key#a1b2c3⟩`. */
  readonly mark: string
  /** How it is written there: `base64`. */
  readonly spelling: string
  /** Where: a path of JSON, or a line and column. */
  readonly where: string

  constructor(artefact: string, mark: string, spelling: string, where: string) {
    super('SECRET_FOUND', `${artefact} is not written: ${mark} stands in it as ${spelling}, at ${where}`, {
      zh: `未写入 ${artefact}：其中 ${where} 处含有 ${mark}（${spelling}）`,
    })
    this.artefact = artefact
    this.mark = mark
    this.spelling = spelling
    this.where = where
  }
}
