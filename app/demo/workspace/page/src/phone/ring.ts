// Does a phone ring, and how it sounds: a soft two-note tone made here, off until asked for.
import { useEffect, useSyncExternalStore } from "react";
import { clockNow } from "../live";
import type { Push } from "../types";

/** A notification rings for a while; after that it only waits to be read. */
export const rings = (push: Push) => push.state === "ringing" && push.rings_until > clockNow();
export const isUnread = (push: Push) => push.state === "ringing" && !rings(push);
export const isRinging = (pushes: Push[] | undefined) => Boolean(pushes?.some(rings));
export const unreadOn = (pushes: Push[] | undefined) => pushes?.filter(isUnread).length ?? 0;

const KEY = "ring tone";
const listeners = new Set<() => void>();

export function setSound(on: boolean) {
  localStorage.setItem(KEY, on ? "on" : "off");
  listeners.forEach((listener) => listener());
}

export const useSound = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => localStorage.getItem(KEY) === "on",
  );

function note(audio: AudioContext, pitch: number, from: number) {
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.type = "sine";
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(0.12, from + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.001, from + 0.5);
  tone.connect(gain).connect(audio.destination);
  tone.start(from);
  tone.stop(from + 0.55);
}

/** Rings every two seconds while it should. */
export function useRingTone(on: boolean) {
  useEffect(() => {
    if (!on) return;
    const audio = new AudioContext();
    const ring = () => {
      note(audio, 659, audio.currentTime);
      note(audio, 523, audio.currentTime + 0.28);
    };
    ring();
    const timer = setInterval(ring, 2000);
    return () => {
      clearInterval(timer);
      void audio.close();
    };
  }, [on]);
}
