/** Which app this is: the package's version and a digest of what it was built from (build/version.ts). */

declare const __APP_VERSION__: string;

export const APP_VERSION: string = __APP_VERSION__;
