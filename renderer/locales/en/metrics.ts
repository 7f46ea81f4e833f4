import type { MetricKey } from '../../../main/contract/metrics.ts'

/** What each logged quantity is called in the window. Units come from the contract. */
export const metrics: Record<MetricKey, string> = {
  'train/batch-loss': 'Batch loss',
  'train/loss': 'Training loss',
  'train/accuracy': 'Training accuracy',
  'validation/loss': 'Validation loss',
  'validation/accuracy': 'Validation accuracy',
  'test/loss': 'Test loss',
  'test/accuracy': 'Test accuracy',
  'gradient/squared-norm': 'Squared gradient norm',
  'gradient/squared-norm-mean': 'Squared gradient norm, mean so far',
  'gradient/squared-norm-min': 'Squared gradient norm, least so far',
  'noise/gradient-squared': 'Unbiased |G|²',
  'noise/trace': 'Gradient variance tr Σ',
  'noise/scale': 'Gradient noise scale',
  'curvature/smoothness': 'Smoothness L',
  'step/learning-rate': 'Learning rate',
  'armijo/step-size': 'Accepted step size',
  'armijo/tries': 'Line-search tries',
  'armijo/fallback': 'Fallback steps',
  'time/step': 'Step time',
}
