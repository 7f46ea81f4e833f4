/** What the help says of each method; formulae and sources are in `features/help/topics.ts`, under the same names. No braces or bars: they mean something to the translations. */
export const help = {
  title: 'Help',
  lead: 'What each method asks, by which formula, how to read its answer, and where it comes from.',
  tour: 'Take the first study step by step',
  tourText: 'Five steps from a press on a button to a report that you can send: what to look at, and why.',
  methods: 'Methods',
  formulas: 'Formulae',
  reading: 'How to read what comes out',
  pitfalls: 'What goes wrong',
  sources: 'Sources',
  startStudy: 'Prepare a study',
  back: 'All help',
  general: 'In all methods',
  generalItems: {
    seeds: 'A comparison is made by seed: runs of one seed see the same examples in the same order, so their difference is the way alone. Intervals are Student’s over seeds; with two or three of them they are wide, and rightly so.',
    curves: 'A smoothed line is a running mean of every logged value, never of a selection of them; the raw line stays visible behind it. A constant stays constant.',
    resume: 'What is logged stays. A run whose process died is shown as interrupted and goes on from its last checkpoint, on a CPU to the same bits.',
    log: 'Each run keeps its full configuration, the hash of its data, versions, device, threads and commit. Reports print them beside the numbers.',
  },
  topic: {
    'critical-batch-size': {
      idea: 'A larger batch needs fewer steps, but each step costs more. Loupe trains at many batch sizes until the same target is reached, counts the steps K and the examples N, fits three laws to them and says at which batch size the target costs the fewest examples.',
      formula: {
        cost: 'What a batch size costs: examples are steps times batch size.',
        minimum: 'A law with a minimum: below b₀ = s/a the target is never reached, and twice that is cheapest.',
        saturating: 'A law without one: ever larger batches need ever more examples, and save steps up to about B with index c.',
        combined: 'Both together; taken only where the data ask for the further constant.',
        noise: 'An estimate before the sweep, from how much gradients of single examples scatter.',
      },
      reading: {
        verdict: 'The card on top says whether a minimum was found inside of the sweep. “At an end” or “no minimum” are answers, too: extend the sweep, or take the largest batch that still saves time.',
        interval: 'The interval holds the true b* as often as it says only where the law is right; where a second law is nearly as good, the interval holds both.',
        range: '“Within 20 % of the least” is usually what matters: any batch size in it costs nearly the same number of examples.',
      },
      pitfalls: {
        target: 'A target that is too easy is reached before the noise matters, so the smallest batch wins.',
        rate: 'With one learning rate for all batch sizes the answer is about that rate. Let it follow the batch, or sweep it as well.',
        ends: 'Open triangles are runs that gave up. They are shown, and are in no fit.',
        next: 'Another model, data set or target has another b*. The next stage is predicted from its noise, never copied.',
      },
    },
    'loss-gap-batch': {
      idea: 'A run changes its own batch size: larger once its loss has flattened, smaller when it is about to diverge, and back to the previous epoch when it has. Loupe trains that beside fixed batch sizes and published controllers, with the same seeds.',
      formula: {
        gap: 'The gap G: the distance of a loss or error y from its ideal, smoothed over examples S with a half-life H.',
        flat: 'Flat: the slope s of the loss is no longer clearly below 0, in its own standard errors. Then the batch grows.',
        diverging: 'Diverging: the gap is well above its best. Then the batch shrinks, or the run goes back an epoch.',
      },
      reading: {
        course: 'The page of a run draws when it decided, on what reading against which threshold, and by which hardware the new batch was made.',
        arms: 'A controller is worth its while only against the best fixed batch size, not against the first one.',
        pairs: 'Differences are of runs with the same seed; their interval tells whether these seeds tell anything.',
      },
      pitfalls: {
        plateau: 'Training that begins on a plateau looks flat at once. Ask for a value below a threshold as well.',
        window: 'A window shorter than about half an epoch sees noise.',
        rate: 'A batch that grows is in place of a falling learning rate. Both together may be too much.',
      },
    },
    'gradient-quantization': {
      idea: 'Workers that train one model must exchange gradients. Instead of sorting for the largest values, Loupe fits a distribution to them, takes the threshold at which the wanted share is left, and sends only what lies beyond.',
      formula: {
        kept: 'A value is sent where its distance from the location m is at least τ. The threshold τ at a ratio δ follows from the family:',
        normal: 'Normal, by mean and standard deviation.',
        laplace: 'Laplace, by median and mean absolute deviation.',
        cauchy: 'Cauchy, by median and scale; it has neither mean nor variance.',
        student: 'Student-t, with its degrees of freedom fitted as well.',
        memory: 'Error feedback: what was not sent stays with the worker and is added to the next gradient.',
      },
      reading: {
        fit: 'Look at the tails: on log-log axes the right family follows the histogram to its end. AIC and the Kolmogorov-Smirnov distance say it in numbers.',
        ratio: '“Sent over asked” near 1 means that the family fits. A normal fit of heavy tails sends ten times too much at 0.001.',
        trade: 'The chart of accuracy against bytes is the answer: up and to the left is better.',
      },
      pitfalls: {
        family: 'The wrong family fails by orders of magnitude. Automatic choice takes the likeliest for each layer.',
        memory: 'Without error feedback small ratios cost several points of accuracy.',
        small: 'Small tensors are sent whole: a fit of a few values says nothing.',
      },
    },
    'feature-distillation': {
      idea: 'The first blocks of a network are drawn towards what the blocks stacked on them make of their features, and are then used alone. Loupe trains students of several depths beside the same students trained alone, deep supervision and soft targets.',
      formula: {
        loss: 'The task, at both features, and the distance between them.',
        closed: 'The gap closed: how much of the difference in accuracy A between a student alone (0) and the whole stack (2) the student (1) makes up.',
        cka: 'How alike two sets of features are, whatever their rotation: 1 is the same.',
        size: 'How the error E falls with the number of parameters P.',
      },
      reading: {
        alone: 'The line to beat is the student trained alone for as many examples. A gain over it may still be what any exit gains: look at deep supervision.',
        choice: 'Set limits on memory, compute or latency; the best student within them is chosen, and what each other one breaks is said.',
        exits: 'Early exit: easy examples leave at the first exit that is sure enough.',
      },
      pitfalls: {
        collapse: 'A feature loss of 0 can mean that both features became constant. Watch variance and rank.',
        identity: 'Blocks near the identity make a small loss with nothing learnt.',
        rate: 'One learning rate for all ways; each might do better with its own.',
      },
    },
    'channel-decorrelation': {
      idea: 'Two channels that rise and fall together carry the same information. Loupe lowers the correlations between channels, on unlabelled examples too, and holds each way against the same network without, on the same few labels.',
      formula: {
        correlation: 'Of two channels over the samples of a batch. Scaling a channel changes nothing.',
        loss: 'The task, and the mean squared correlation of unlabelled (u) and of labelled examples.',
        floor: 'What chance alone leaves of independent channels in a batch of N samples: below it a loss fits noise.',
        rank: 'The effective rank: how many channels a feature has in effect; p are the shares of the eigenvalues.',
      },
      reading: {
        shares: 'The chart over shares of the labels is the answer; intervals that hold 0 show no difference.',
        map: 'The heat map shows which channels repeat each other; ordered by clusters, groups stand along its diagonal.',
        variance: 'Whether the variance of the channels is kept is measured, not taken for granted.',
      },
      pitfalls: {
        floor: 'At 8 samples independent channels already have a mean absolute correlation of 0.31.',
        dead: 'A channel that does not vary is correlated with nothing: it is counted apart.',
        draw: 'All seeds have the same labels. Repeat the study with another split before believing it.',
      },
    },
  },
}
