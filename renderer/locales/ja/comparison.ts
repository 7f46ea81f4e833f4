import type { comparison as english } from '../en/comparison.ts'

/** What comparisons of arms have in common. */
export const comparison: typeof english = {
  table: { title: '方法の比較', arm: '方法', runs: '実行', best: '最良', failed: '{count} 件失敗', empty: '終わった実行はまだありません。' },
  curves: '全方法の曲線',
  curvesHelp: 'シードの平均と、シードの範囲を示す帯です。',
  seed: 'シード {seed}',
}
