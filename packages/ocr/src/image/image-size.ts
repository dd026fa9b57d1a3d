/** The library by itself: in what is published it is loaded for the first image, and an address has none. */
export { imageSize } from 'image-size'
