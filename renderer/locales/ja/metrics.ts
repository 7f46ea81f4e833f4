import type { MetricKey } from '../../../main/contract/metrics.ts'

export const metrics: Record<MetricKey, string> = {
  'train/batch-loss': 'バッチの損失',
  'train/loss': '学習損失',
  'train/accuracy': '学習精度',
  'validation/loss': '検証損失',
  'validation/accuracy': '検証精度',
  'test/loss': 'テスト損失',
  'test/accuracy': 'テスト精度',
  'gradient/squared-norm': '勾配ノルムの二乗',
  'gradient/squared-norm-mean': '勾配ノルムの二乗（これまでの平均）',
  'gradient/squared-norm-min': '勾配ノルムの二乗（これまでの最小）',
  'noise/gradient-squared': '不偏 |G|²',
  'noise/trace': '勾配の分散 tr Σ',
  'noise/scale': '勾配の雑音スケール',
  'curvature/smoothness': '平滑度 L',
  'step/learning-rate': '学習率',
  'armijo/step-size': '採用されたステップ幅',
  'armijo/tries': '直線探索の試行回数',
  'armijo/fallback': '代替ステップ',
  'time/step': '1 ステップの時間',
}
