import type { Call } from '@penstock/core'

/** What a call does, in words that are few and show no value: its endpoint's id, else the template of its path. */
export const operationOf = ({ endpoint, template }: Call<any>): string | undefined => endpoint?.id ?? template

/** `baidu` of `baidu.generalBasic`. */
export const vendorOf = ({ endpoint }: Call<any>): string | undefined => endpoint?.id.split('.', 1)[0]
