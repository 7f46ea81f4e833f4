/**
 * TensorFlow.js, whole: the only run-time import of `@tensorflow/tfjs` in the project.
 *
 * Importing `@tensorflow/tfjs-core` alone would lack gradients and chained ops, and two imports would be two engines.
 */
export * as tf from '@tensorflow/tfjs'
