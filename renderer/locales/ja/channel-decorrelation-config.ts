import type { FieldTexts } from '../field-text.ts'

const yesNo = { true: 'オン', false: 'オフ' }
const ways = {
  supervised: '教師あり:タスクだけ',
  '3a': '3A:タスクとラベルなしの例',
  '3b': '3B:タスクとラベルなし・ラベルありの例',
  '3c': '3C:タスクとラベルありの例',
  decov: 'DeCov:共分散、3B と同じ例',
  vicreg: 'VICReg:共分散と標準偏差、3B と同じ例',
}
const bundled = { 'fashion-mnist': 'Fashion-MNIST', 'mnist-10k': 'MNIST、数字 10 000 枚', digits: 'Digits、8 × 8', 'breast-cancer': '乳がん', waves: '波形', file: '自分のファイル' }
const place = { block: 'ブロックの後', output: 'モデルの出力' }
const path = { label: 'パス', help: 'CSV、NPZ、または IDX か NPY のフォルダ。', automatic: 'なし' }
const labelColumn = { label: 'ラベルの列', help: 'CSV の列。', automatic: '最後の列' }
const domain = { label: '領域', help: 'カメラなど、例の出どころ。その例で測ったもののそばに表示します。' }
const resize = { label: '大きさを合わせる', help: '大きさの異なる画像を、ラベルありデータの大きさにします。', choices: yesNo }
const fraction = { label: '使う割合', help: 'データセットのうち。1 に対する割合。' }
const block = { label: 'ブロック', help: '最初から数えます。', automatic: '最後のブロック' }

/** 少ないラベルで学習する方法の比較と、チャネルを無相関にするものの設定。 */
export const channelDecorrelationConfig: FieldTexts = {
  'labels.ways': { label: '比べる方法', help: 'それぞれをラベルのすべての割合とシードで学習します。ほかの方法は教師あり学習と比べられます。', choices: ways },
  'labels.fractions': { label: 'ラベルの割合', help: '学習例のうちラベルを使うもの。1 に対する割合。' },
  'labels.seeds': { label: 'シードの数', help: '各方法と割合の実行数。区間には 2 以上が必要です。', unit: '回' },
  'labels.firstSeed': { label: '最初のシード', help: '各方法の実行は、これとそれに続くものを使います。' },
  'labels.batchSize': { label: 'バッチサイズ', help: '1 ステップあたりのラベルありの例。', unit: '例' },
  'labels.steps': { label: 'ステップ', help: 'ラベルの数にかかわらず、すべての実行の長さ。', unit: 'ステップ' },
  'labels.confidence': { label: '信頼度', help: '区間の信頼度。' },
  'labels.budgetHours': { label: '予算', help: '使い切ると比較は一時停止します。', unit: '時間', automatic: '制限なし' },
  'labels.hourlyRate': { label: '1 時間の価格', help: 'お使いの通貨で。見積もりに使います。', unit: '/時間' },
  'labels.parallelRuns': { label: '並行する実行', help: '0 ならモデルとマシンから決めます。', unit: '件' },

  'decorrelation.taskWeight': { label: '第2損失:タスク', help: 'ラベルありの例でのタスク損失の重み。' },
  'decorrelation.unlabelledWeight': { label: '第3損失:ラベルなし', help: 'ラベルなしの例でのチャネル間の相関の重み。それを使う方法で。' },
  'decorrelation.labelledWeight': { label: '第4損失:ラベルあり', help: 'ラベルありの例でのチャネル間の相関の重み。それを使う方法で。' },
  'decorrelation.taskLoss': { label: 'タスク損失', help: '出力とラベルの距離。', choices: { 'cross-entropy': '交差エントロピー', 'squared-error': '二乗誤差', correlation: '1 − クラスにわたる相関' } },
  'decorrelation.measure': { label: '尺度', help: '二つのチャネルがどう一緒に変わるか。共分散はチャネルが縮むだけでも下がります。', choices: { correlation: '相関', covariance: '共分散' } },
  'decorrelation.penalty': { label: '罰則', help: 'チャネルの組ごと。', choices: { squared: '二乗', absolute: '絶対値', 'smooth-absolute': '絶対値(0 で滑らか)' } },
  'decorrelation.reduction': { label: 'すべての組のまとめ方', help: '和はチャネル数の二乗で増えるので、別の重みが必要です。', choices: { mean: '平均', sum: '和(出典のとおり)', channel: 'チャネルごとの和(VICReg)' } },
  'decorrelation.varianceWeight': { label: '標準偏差のヒンジ', help: '各チャネルの標準偏差を 1 以上に保つものの重み(VICReg)。' },
  'decorrelation.labelledTaps': { label: 'ラベルありの例の特徴', help: 'そのチャネルを比べます。' },
  'decorrelation.labelledTaps.place': { label: '場所', help: 'モデルの中で。', choices: place },
  'decorrelation.labelledTaps.block': block,
  'decorrelation.labelledTaps.weight': { label: '重み', help: 'ほかの特徴に対して。' },
  'decorrelation.unlabelledTaps': { label: 'ラベルなしの例の特徴', help: 'そのチャネルを比べます。' },
  'decorrelation.unlabelledTaps.place': { label: '場所', help: 'モデルの中で。', choices: place },
  'decorrelation.unlabelledTaps.block': block,
  'decorrelation.unlabelledTaps.weight': { label: '重み', help: 'ほかの特徴に対して。' },
  'decorrelation.pooling': {
    label: 'プーリング',
    help: 'チャネルの一つの標本とするもの。',
    choices: { average: '例の位置にわたる平均', maximum: 'その最大', positions: '各位置の値', subset: 'いくつかの位置の値', flatten: '各位置を一つのチャネルとする' },
  },
  'decorrelation.positions': { label: '位置', help: 'ステップごとに各例から選ぶ数。', unit: '箇所' },
  'decorrelation.centring': { label: '中心化', help: '一つの平均を引くと、データセットの違いが相関に見えます。', choices: { stream: 'データセットごとの平均', pooled: '全体で一つの平均' } },
  'decorrelation.deadLimit': { label: '死んだチャネル', help: '標準偏差がその平均のこの割合を下回れば除きます。' },
  'decorrelation.labelledSets': { label: 'ほかのラベルありセット', help: 'クラスは同じもの。' },
  'decorrelation.labelledSets.name': { label: 'データセット', help: 'Loupe に付属のもの、または自分のもの。', choices: bundled },
  'decorrelation.labelledSets.path': path,
  'decorrelation.labelledSets.labelColumn': labelColumn,
  'decorrelation.labelledSets.fraction': fraction,
  'decorrelation.labelledSets.batchSize': { label: 'バッチサイズ', help: '各ステップでこのセットから取る例。実行自身のものに加わります。', unit: '例' },
  'decorrelation.labelledSets.domain': domain,
  'decorrelation.labelledSets.resize': resize,
  'decorrelation.unlabelledSets': { label: 'ラベルなしセット', help: 'ラベルを見ない例。' },
  'decorrelation.unlabelledSets.name': { label: 'データセット', help: 'Loupe に付属のもの、または自分のもの。', choices: { training: '学習例(ラベルを除く)', ...bundled } },
  'decorrelation.unlabelledSets.path': path,
  'decorrelation.unlabelledSets.labelColumn': { label: 'ラベルの列', help: 'CSV の、入力ではない列。', automatic: '最後の列' },
  'decorrelation.unlabelledSets.fraction': fraction,
  'decorrelation.unlabelledSets.batchSize': { label: 'バッチサイズ', help: '各ステップでこのセットから取る例。', unit: '例' },
  'decorrelation.unlabelledSets.domain': domain,
  'decorrelation.unlabelledSets.resize': resize,
  'decorrelation.auxiliary': { label: '追加のネットワーク', help: '特徴を読み、モデルと一緒に学習します。モデルには含まれません。' },
  'decorrelation.auxiliary.kind': { label: '種類', help: '分類器はラベルと、復号器は入力と比べます。', choices: { classifier: '分類器', decoder: '復号器' } },
  'decorrelation.auxiliary.place': { label: '読むもの', help: 'この場所の特徴。', choices: place },
  'decorrelation.auxiliary.block': block,
  'decorrelation.auxiliary.hidden': { label: '隠れユニット', help: '1 層の数。0 ならなし。', unit: '個' },
  'decorrelation.auxiliary.data': { label: '学習するデータ', help: '復号器にラベルは要りません。', choices: { labelled: 'ラベルありの例', unlabelled: 'ラベルなしの例', both: '両方' } },
  'decorrelation.auxiliary.weight': { label: '重み', help: 'その損失の重み。' },
  'decorrelation.entropyWeight': { label: 'エントロピー', help: 'ラベルなしの例の予測のエントロピーの重み。' },
  'decorrelation.consistencyWeight': { label: '一貫性', help: 'ラベルなしの例を乱した二つの写しの、予測の距離の重み。' },
  'decorrelation.noise': { label: '写しのノイズ', help: '標準偏差を単位とします。' },
  'decorrelation.shift': { label: '写しのずれ', help: '画像の、最大のずれ。', unit: '画素' },
  'decorrelation.combine': { label: '逆伝播', help: '項ごとに切るノルムがなければ、勾配は同じです。', choices: { 'weighted-sum': '重み付き和で一回', separate: '項ごとに一回' } },
  'decorrelation.termClipNorm': { label: '項ごとのノルム', help: '重み付き勾配をこのノルムで切ります。', automatic: '切らない', nullIs: 'off' },
  'decorrelation.statistics': { label: 'バッチ正規化', help: '移動統計量を動かす例。', choices: { labelled: 'ラベルあり', all: 'すべて' } },
  'decorrelation.warmupSteps': { label: 'ウォームアップ', help: '第3・第4損失の重みが 0 から上がる長さ。', unit: 'ステップ' },
  'decorrelation.probeExamples': { label: '調べる例', help: '評価のたびにチャネルを調べる、各データセットの例の数。', unit: '例' },
  'run.seed': { label: 'シード', help: '初期の重み、例の順序、ドロップアウトの乱数。' },
  'run.decorrelation': { label: '無相関化', help: '特徴のチャネルが互いの繰り返しにならないように学習します。', automatic: 'この実行は無相関化をしません。' },
  'run.decorrelation.labelFraction': { label: 'ラベルの割合', help: '学習例のうちラベルを使うもの。' },
  'run.decorrelation.taskThreshold': { label: 'タスク損失のしきい値', help: 'これ以下でこの損失は完了です。指定したすべてに達すると実行が終わります。', automatic: 'なし', nullIs: 'off' },
  'run.decorrelation.unlabelledThreshold': { label: '第3損失のしきい値', help: 'これ以下でこの損失は完了です。', automatic: 'なし', nullIs: 'off' },
  'run.decorrelation.labelledThreshold': { label: '第4損失のしきい値', help: 'これ以下でこの損失は完了です。', automatic: 'なし', nullIs: 'off' },
}
