import type { Module } from './modules.ts'

/** A fenced block of a document or of a doc comment. */
export interface DocBlock {
  /** Where it stands: `docs/retry.md:12`, the line of its first line of code. */
  readonly at: string
  /** What the fence calls it: `ts`, `sh`, `text`. */
  readonly language: string
  readonly code: string
}

/** The fenced blocks of a markdown page. */
export const markdownBlocks = ({ path, text }: Module): DocBlock[] => {
  const blocks: DocBlock[] = []
  const fence = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1``` *$/gm
  for (const { 1: indent = '', 2: language = '', 3: code = '', index } of text.matchAll(fence)) {
    const line = text.slice(0, index).split('\n').length + 1
    blocks.push({ at: `${path}:${line}`, language, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') })
  }
  return blocks
}

/** The fenced blocks under `@example` in the doc comments of a source. */
export const exampleBlocks = (module: Module): DocBlock[] =>
  [...module.text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: comment, index }) => {
    if (!comment.includes('@example')) return []
    const first = module.text.slice(0, index).split('\n').length
    // as long as the comment was, so that lines keep their numbers
    const page = comment
      .slice(3, -2)
      .replaceAll(/^ *\* ?/gm, '')
      .replace(/^[\s\S]*?@example/, (before) => before.replaceAll(/[^\n]/g, ''))
    return markdownBlocks({ path: module.path, text: page }).map(({ at, ...block }) => ({
      ...block,
      at: `${module.path}:${Number(at.split(':').at(-1)) + first - 1}`,
    }))
  })
