/** The program of all Web Workers, whose text the browser build puts here. */
declare const webWorkerProgram: string;

export const program = webWorkerProgram;
