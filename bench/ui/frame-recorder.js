/** In the page: the gaps between painted frames while something is measured. */
globalThis.frameRecorder = (() => {
  let current = null;
  return {
    start() {
      const recording = { times: [], last: 0 };
      current = recording;
      const tick = (now) => {
        // A loop ends with its own recording, also when the next one has begun before its turn.
        if (current !== recording) return;
        if (recording.last > 0) recording.times.push(now - recording.last);
        recording.last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    },
    stop() {
      const { times } = current ?? { times: [] };
      current = null;
      return times;
    },
  };
})();
