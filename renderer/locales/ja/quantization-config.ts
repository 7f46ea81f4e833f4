import type { FieldTexts } from '../field-text.ts'

const yesNo = { true: 'オン', false: 'オフ' }
const off = { automatic: 'オフ', nullIs: 'off' } as const
const fitted = { 'fitted-normal': '当てはめ（正規）', 'fitted-laplace': '当てはめ（ラプラス）', 'fitted-cauchy': '当てはめ（コーシー）', 'fitted-student-t': '当てはめ（スチューデントの t）', 'fitted-auto': '当てはめ（最も尤もらしいもの）' }
const without = (arms: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(arms).map(([name, label]) => [`${name}-no-memory`, `${label}、記憶なし`]))
const chosen = { 'top-k': 'Top-k', 'random-k': 'Random-k' }
const arms = { dense: 'すべて送る', ...fitted, ...chosen, threshold: '固定しきい値', sidco: 'SIDCo', qsgd: 'QSGD', terngrad: 'TernGrad', 'one-bit': '1 ビット', ...without(fitted), ...without(chosen) }

/** 量子化した勾配の比較と、それが扱う交換の設定。 */
export const quantizationConfig: FieldTexts = {
  'quantization.arms': { label: '比較する方法', help: 'それぞれをすべてのシードで学習します。他の方法は「すべて送る」と比べます。', choices: arms },
  'quantization.seeds': { label: 'シード数', help: '各方法の実行数。区間には 2 以上が必要です。', unit: '件' },
  'quantization.firstSeed': { label: '最初のシード', help: '各方法の実行はこれ以降のシードを使います。' },
  'quantization.batchSize': { label: 'バッチサイズ', help: '全ワーカーを合わせた 1 ステップの例の数。', unit: '例' },
  'quantization.epochs': { label: 'エポック数', help: '各実行の長さ。', unit: 'エポック' },
  'quantization.confidence': { label: '信頼度', help: '区間の信頼度。' },
  'quantization.accuracyTolerance': { label: '許容する精度低下', help: '「すべて送る」に対して失ってよい割合。' },
  'quantization.budgetHours': { label: '予算', help: '使い切ると比較を一時停止します。', unit: '時間', automatic: '制限なし' },
  'quantization.hourlyRate': { label: '1 時間の価格', help: '費用の予測に使います。', unit: '/時間' },
  'quantization.parallelRuns': { label: '並列実行数', help: '0 ではモデルと機械に応じて選びます。', unit: '件' },

  'exchange.workers': { label: 'ワーカー数', help: 'それぞれが各バッチの一部で学習します。', unit: '台' },
  'exchange.hosts': { label: 'ワーカーのアドレス', help: '各ワーカーの `loupe worker` の host:port をカンマ区切りで。空ならこのマシンの複製を使います。' },
  'exchange.topology': { label: '形', help: 'メッセージを足し合わせるところ。', choices: { 'all-gather': '全員がすべてのメッセージを受け取る', server: '最初のワーカーが足して和を送る' } },
  'exchange.unit': { label: '一緒に当てはめる単位', help: '当てはめとしきい値を共有する値。', choices: { tensor: 'テンソルごと', layer: '層ごと', model: 'モデル全体' } },
  'exchange.minTensor': { label: 'そのまま送る大きさ', help: 'バイアスなど、これより小さいテンソルは圧縮しません。', unit: '要素' },
  'exchange.memory': { label: '記憶', help: '記憶のある方法で、送らなかった値の行方。', choices: { residual: '後のステップに残す', window: 'すべてを足し、決まったステップごとに送る' } },
  'exchange.windowSteps': { label: '窓', help: '送る前に足し合わせる勾配の数。', unit: 'ステップ' },
  'exchange.momentum': { label: 'モメンタム', help: '最適化のモメンタムを持つところ。', choices: { receiver: '交換の後', worker: '交換の前、各ワーカー（モメンタム補正）' } },
  'exchange.masking': { label: 'モメンタムのマスク', help: '値を送ったところでワーカーはモメンタムを忘れます。', choices: yesNo },
  'exchange.clipNorm': { label: '勾配の切り詰め', help: '全ワーカーを合わせた勾配の最大の長さ。各ワーカーは記憶の前にこれを √ワーカー数 で割った長さに切り詰めます。', ...off },
  'exchange.warmupRatios': { label: '割合のウォームアップ', help: '最初のエポックで残す割合。1 エポックに一つ、その後は通常の割合です。' },
  'exchange.startStep': { label: '圧縮の開始', help: 'それまでのステップはすべて送ります。', unit: 'ステップ' },
  'exchange.checkEvery': { label: '複製の照合の間隔', help: '複製はビット単位で同じはずです。', unit: 'ステップ' },
  'exchange.logEvery': { label: 'ヒストグラムの記録の間隔', help: '勾配、値、誤差をワーカーと単位ごとに記録します。一つ約 1 kB です。', unit: 'ステップ' },
  'exchange.whenWorkerLost': { label: 'ワーカーが失われたら', help: '実行の対応。', choices: { wait: '戻るのを待つ', 'go-on': 'そのワーカーなしで続ける' } },
  'exchange.waitSeconds': { label: '待つ時間の上限', help: '呼び出しと失われたワーカーを待つ時間。過ぎると実行は一時停止します。', unit: '秒' },

  'compression.ratio': { label: '割合', help: '各単位の値のうち送るもの。1 ではすべて送ります。' },
  'compression.side': { label: '側', help: 'しきい値以上を送る側。', choices: { both: '両側', upper: '上側', lower: '下側' } },
  'compression.estimator': { label: '推定', help: '分布の定数の求め方。', choices: { likelihood: '最尤法', quick: '分位数とモーメント' } },
  'compression.degreesOfFreedom': { label: '自由度', help: 'スチューデントの t 分布の自由度。', automatic: '当てはめる' },
  'compression.zeros': { label: '厳密な零', help: '分布とは別の割合とするか、他と同じ値とするか。', choices: { mixture: '別の割合', ignore: '他と同じ値' } },
  'compression.fitEvery': { label: '当てはめの間隔', help: '次の当てはめまでは最後のしきい値を使います。', unit: 'ステップ' },
  'compression.fitSample': { label: '当てはめに使う割合', help: '無作為に選んだ値の割合。' },
  'compression.feedback': { label: 'しきい値の補正', help: '直近のステップで送った量に応じて補正します。', choices: yesNo },
  'compression.feedbackLow': { label: '下げる境界', help: '送った量と求めた量の比。不適合の警告もこれに従います。' },
  'compression.feedbackHigh': { label: '上げる境界', help: '送った量と求めた量の比。不適合の警告もこれに従います。' },
  'compression.values': { label: '値', help: '送る値の書き方。', choices: { float32: 'そのまま', float16: '半精度', sign: '符号と、側ごとに一つの大きさ', uniform: '少ないビットの格子' } },
  'compression.bits': { label: 'ビット数', help: '格子上の値のビット数。符号を含みます。', unit: 'ビット' },
  'compression.rounding': { label: '丸め', help: '格子への丸め。確率的な丸めは平均で正しくなります。', choices: { nearest: '最も近い値へ', stochastic: '確率的に' } },
  'compression.positions': { label: '位置', help: '値の位置の書き方。', choices: { auto: '小さいほう', index: '32 ビットの番号', bitmap: '要素ごとに 1 ビット' } },
  'compression.threshold': { label: '固定しきい値', help: '大きさがこれ以上の値を送ります。' },
  'compression.stages': { label: 'SIDCo の段数', help: '指数分布の当てはめの数。各段は前の段の外側に当てはめます。' },
  'compression.levels': { label: 'QSGD の水準数', help: '大きさの水準。二つの間で確率的に丸めます。' },
}
