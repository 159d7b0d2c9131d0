/** How the drawing lies in the window: `x` and `y` of its origin in pixels, `zoom` in pixels per drawing unit. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 16;
export const MIN_ZOOM = 0.08;
export const MAX_ZOOM = 2;
/** Words of a node can be read from here on. */
export const READABLE_ZOOM = 0.8;

/** Zooms by a factor so that the point under the pointer stays where it is. */
export function zoomAt(view: Viewport, factor: number, pointX: number, pointY: number): Viewport {
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom * factor));
  const real = zoom / view.zoom;
  return { x: pointX - (pointX - view.x) * real, y: pointY - (pointY - view.y) * real, zoom };
}

/** Shows the whole drawing, never larger than it is. */
export function fitInto(drawing: Size, frame: Size): Viewport {
  const zoom = Math.min(
    1,
    Math.max(
      MIN_ZOOM,
      Math.min(
        (frame.width - 2 * MARGIN) / Math.max(1, drawing.width),
        (frame.height - 2 * MARGIN) / Math.max(1, drawing.height),
      ),
    ),
  );
  return { x: MARGIN, y: Math.max(MARGIN, (frame.height - drawing.height * zoom) / 2), zoom };
}

/**
 * How a tree is first shown: whole where it can be read so, else its beginning at a readable size.
 * @param rootY middle of the root, in drawing units
 */
export function openAt(drawing: Size, frame: Size, rootY: number): Viewport {
  const whole = fitInto(drawing, frame);
  if (whole.zoom >= READABLE_ZOOM) return whole;
  const height = drawing.height * READABLE_ZOOM;
  const y = height <= frame.height ? (frame.height - height) / 2 : frame.height / 2 - rootY * READABLE_ZOOM;
  return { x: MARGIN, y, zoom: READABLE_ZOOM };
}

/** Moves the drawing just so far that a point lies inside the frame with some room around it. */
export function reveal(
  view: Viewport,
  point: { readonly x: number; readonly y: number },
  frame: { readonly width: number; readonly height: number },
): Viewport {
  const room = 80;
  const shift = (at: number, size: number, extent: number) =>
    at < room ? room - at : at > size - extent ? size - extent - at : 0;
  return {
    ...view,
    x: view.x + shift(view.x + point.x * view.zoom, frame.width, 260 * view.zoom + room),
    y: view.y + shift(view.y + point.y * view.zoom, frame.height, room),
  };
}

/** Whether a point lies inside the frame. */
export function isInSight(view: Viewport, point: { readonly x: number; readonly y: number }, frame: Size): boolean {
  const [x, y] = [view.x + point.x * view.zoom, view.y + point.y * view.zoom];
  return x >= 0 && x <= frame.width && y >= 0 && y <= frame.height;
}
