export function defaultUserData(): string;
export function findElectron(): string | null;
export function findChromium(): string | null;
export function isBuildStale(): boolean;
export function findSoftwareVulkan(): string | null;
