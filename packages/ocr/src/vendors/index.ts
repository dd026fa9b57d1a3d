export * as baidu from './baidu/index.ts'
