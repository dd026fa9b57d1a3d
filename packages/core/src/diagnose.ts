export { conclude, type Conclusion } from './recorder/conclude.ts'
