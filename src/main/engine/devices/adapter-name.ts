import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AdapterName {
  readonly name: string;
  readonly isSoftware: boolean;
}

/** Vulkan drivers by a part of their library's file name; the first that fits counts. */
const DRIVERS: readonly (AdapterName & { readonly library: RegExp })[] = [
  { library: /libGLX_nvidia|libnvidia-glcore|libnvidia-vulkan/, name: 'NVIDIA graphics card', isSoftware: false },
  { library: /libvulkan_nouveau/, name: 'NVIDIA graphics card (nouveau)', isSoftware: false },
  { library: /libvulkan_radeon|amdvlk/, name: 'AMD graphics card', isSoftware: false },
  { library: /libvulkan_intel/, name: 'Intel graphics', isSoftware: false },
  {
    library: /libvulkan_(asahi|freedreno|panfrost|broadcom|powervr|virtio|dzn)/,
    name: 'graphics card',
    isSoftware: false,
  },
  { library: /libvk_swiftshader/, name: 'SwiftShader', isSoftware: true },
  { library: /libvulkan_lvp/, name: 'llvmpipe', isSoftware: true },
];

/**
 * What the WebGPU adapter of this process is called. The binding does not tell; on Linux the drivers that Vulkan has loaded do, once a device is
 * open. Where a card's driver and one in software are both loaded, Dawn takes the card.
 */
export function nameAdapter(platform: NodeJS.Platform = process.platform, maps: () => string = readMaps): AdapterName {
  if (platform === 'darwin') return { name: 'graphics card through Metal', isSoftware: false };
  if (platform === 'win32') return { name: 'graphics card through Direct3D 12', isSoftware: false };
  const loaded = maps();
  const driver = DRIVERS.find(({ library }) => library.test(loaded));
  if (!driver) return { name: 'graphics card through Vulkan', isSoftware: false };
  const { isSoftware } = driver;
  return { name: (driver.name.startsWith('NVIDIA') ? readNvidiaModel() : null) ?? driver.name, isSoftware };
}

function readMaps(): string {
  return readFileSync('/proc/self/maps', 'utf8');
}

/** The model of the first card as NVIDIA's driver tells it; null where it does not. */
function readNvidiaModel(): string | null {
  const folder = '/proc/driver/nvidia/gpus';
  try {
    const [first] = readdirSync(folder);
    if (first === undefined) return null;
    return /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, first, 'information'), 'utf8'))?.[1]?.trim() ?? null;
  } catch {
    return null;
  }
}
