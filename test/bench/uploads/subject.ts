/** Sends the file whenever it is called, and gives what came back. */
export type Upload = (place: UploadPlace) => Promise<() => Promise<unknown>>

export type UploadPlace = {
  readonly origin: string
  /** Without the number that follows; an SDK that has but one URL leaves it. */
  readonly path: string
  readonly file: string
}
