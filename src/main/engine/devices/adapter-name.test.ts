import { describe, expect, it } from 'vitest';
import { nameAdapter } from './adapter-name';

const of = (...libraries: string[]) =>
  nameAdapter('linux', () => libraries.map((each) => `7f00-7f01 r-xp ${each}`).join('\n'));

describe('nameAdapter', () => {
  it.each([
    ['/usr/lib/chromium/libvk_swiftshader.so', 'SwiftShader'],
    ['/usr/lib/libvulkan_lvp.so', 'llvmpipe'],
  ])('knows %s for software', (library, name) => expect(of(library)).toEqual({ name, isSoftware: true }));

  it('takes the card where a driver in software is loaded beside it', () =>
    expect(of('/usr/lib/libvulkan_lvp.so', '/usr/lib/libvulkan_radeon.so')).toEqual({
      name: 'AMD graphics card',
      isSoftware: false,
    }));

  it('does not take an unknown driver for software', () =>
    expect(of('/usr/lib/libvulkan_new.so').isSoftware).toBe(false));
});
