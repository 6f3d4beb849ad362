/** A notebook as the start page introduces it. */
export interface Introduction {
  /** The name of its file, without `.ipynb`. */
  name: string;
  /** What one sees in it, in a sentence. */
  about: string;
  /** The index of the chart that stands for it. */
  picture: number;
}

/** The notebooks in the order in which they are best read. */
export const notebooks: readonly Introduction[] = [
  {
    name: 'tour',
    about:
      'What moment-preserving initialization is, what it changes and when it matters, with one formula and one map.',
    picture: 2,
  },
  {
    name: 'figure-1',
    about: 'Moments of 500 networks against the exact ones: a few rare networks make up the mean.',
    picture: 2,
  },
  {
    name: 'figure-2',
    about: 'The law of a deep ReLU network’s output, and how often the output is small.',
    picture: 0,
  },
  {
    name: 'figure-3',
    about: 'The authors’ MNIST scripts at full scale: which differences between initializations are real.',
    picture: 1,
  },
  {
    name: 'figure-4',
    about: 'The standard deviation σ₀(s, d) from all sides, computed in two ways that share no code.',
    picture: 1,
  },
  {
    name: 'figure-5',
    about: 'The same laws for linear and Leaky ReLU networks, and an error that slope 0.01 hides.',
    picture: 2,
  },
  {
    name: 'figure-6',
    about:
      'The output’s norm off the log scale: what its density looks like and how heavy its right tail is.',
    picture: 2,
  },
  {
    name: 'depth-and-tails',
    about:
      'What becomes of the output as depth grows: its limit, its moments, and where heavy tails come from.',
    picture: 0,
  },
  {
    name: 'dropout-and-randomized-slopes',
    about:
      'How dropout and randomized slopes change the weights, and what happens when they are switched off.',
    picture: 2,
  },
  {
    name: 'when-s-matters',
    about: 'Which s trains best on MNIST and CIFAR-10, with standard errors paired by run.',
    picture: 4,
  },
  {
    name: 'your-own-network',
    about: 'Initialize, diagnose and fix a TensorFlow.js model: dense, convolutional and residual.',
    picture: 1,
  },
];
