import { type Browser, chromium } from 'playwright-core';

/** Starts Chromium, which can reach the loopback interface only. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // needed as root; all pages are ours
      '--disable-gpu',
      '--enable-unsafe-swiftshader', // WebGL without a graphics card
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    ],
  });
}
