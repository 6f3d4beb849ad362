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

/** How the kernel of a layer connects its inputs and outputs. */
export interface Connections {
  /** Inputs that an output depends on. */
  readonly fanIn: number;
  /** Outputs at one place. */
  readonly fanOut: number;
  /** Outputs that depend on an input; more than `fanOut` for a convolution. */
  readonly reached: number;
}

/** A scheme's own parameters, as they are saved with a model. */
export interface SchemeParameters {
  readonly s?: number;
  readonly method?: StdMethod;
  readonly activation?: Activation;
}

/** A scheme with its parameters. */
export interface ParameterizedScheme {
  readonly parameters: SchemeParameters;
  /** The standard deviation of a kernel's weights. */
  std(connections: Connections): number;
}

/** The parameters as they were given: nothing about them is known. */
type Given = Readonly<Record<string, unknown>>;

/**
 * Every initialization scheme by name. Each reads and checks its parameters.
 * @throws TypeError or RangeError naming the parameter at fault.
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

/** The name of a scheme. */
export type SchemeName = keyof typeof schemes;

/** The names of all schemes. */
export const schemeNames = Object.keys(schemes) as SchemeName[];

function ofActivation(std: (args: StdArguments) => number): (given: Given) => ParameterizedScheme {
  return (given) => {
    const activation = requireActivation(given.activation);
    std({ activation, width: 1 }); // refuses an activation that the scheme does not know
    return {
      parameters: { activation },
      std: ({ fanIn, fanOut }) => std({ activation, fanIn, fanOut }),
    };
  };
}
