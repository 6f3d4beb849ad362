import { type Activation, requireActivation } from '../core/activations';
import {
  kaimingStd,
  lyapunovStd,
  momentPreservingStd,
  randomWalkStd,
  requirePreservedOrder,
  requireStdMethod,
  type StdArguments,
  type StdMethod,
  xavierStd,
} from './std';

/** The connectivity of a layer, from which a scheme computes the weight standard deviation. */
export interface Connections {
  /** Fan-in: the number of inputs that an output depends on. */
  readonly fanIn: number;
  /** Fan-out: the number of outputs at one location. Equation (41) of docs/theory.md. */
  readonly fanOut: number;
  /** Number of outputs that depend on one input; larger than `fanOut` for a convolution. */
  readonly reached: number;
}

/** The parameters of a scheme, as they are saved with a model. */
export interface SchemeParameters {
  readonly s?: number;
  readonly method?: StdMethod;
  readonly activation?: Activation;
}

/** A scheme with its parameters. */
export interface ParameterizedScheme {
  readonly parameters: SchemeParameters;
  /** The weight standard deviation for a layer. */
  std(connections: Connections): number;
}

/** Unchecked parameters, as the user passed them. */
type Given = Readonly<Record<string, unknown>>;

/**
 * All initialization schemes by name. Each one checks its parameters.
 * @throws TypeError or RangeError naming the invalid parameter.
 */
export const schemes = {
  momentPreserving(given: Given): ParameterizedScheme {
    const s = requirePreservedOrder(given.s);
    const method = requireStdMethod(given.method);
    const activation = requireActivation(given.activation);
    return {
      parameters: { s, method, activation },
      std: ({ fanIn, fanOut }) => momentPreservingStd({ s, method, activation, fanIn, fanOut }),
    };
  },
  kaimingNormal: ofActivation(kaimingStd),
  xavierNormal: (): ParameterizedScheme => ({
    parameters: {},
    std: ({ fanIn, reached }) => xavierStd({ fanIn, fanOut: reached }),
  }),
  randomWalk: ofActivation(randomWalkStd),
  lyapunov: ofActivation(lyapunovStd),
};

/** The name of an initialization scheme. */
export type SchemeName = keyof typeof schemes;

/** The names of all schemes. */
export const schemeNames = Object.keys(schemes) as SchemeName[];

function ofActivation(std: (args: StdArguments) => number): (given: Given) => ParameterizedScheme {
  return (given) => {
    const activation = requireActivation(given.activation);
    std({ activation, width: 1 }); // throws early if the scheme does not support the activation
    return {
      parameters: { activation },
      std: ({ fanIn, fanOut }) => std({ activation, fanIn, fanOut }),
    };
  };
}
