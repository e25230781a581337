"""What a browser is told of the files of the patient's app: what they may do, and how long to keep
them."""

from typing import Final

# Threads and the service worker have the policy of their own script, so every file carries it.
# WebAssembly has to be compiled for the model; no text is ever run as a script.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "font-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY: Final = "; ".join(f"{name} {value}" for name, value in _POLICY.items())

# Sound that begins by itself, pairing codes, the lock, and a screen that stays on. Heart rate needs
# "bluetooth", which is this site's alone by default; browsers without it would warn of its name.
_USED = (
    *("autoplay", "camera", "publickey-credentials-create", "publickey-credentials-get"),
    "screen-wake-lock",
)
_UNUSED = (
    *("accelerometer", "display-capture", "fullscreen", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY: Final = ", ".join(
    [*(f"{feature}=(self)" for feature in _USED), *(f"{feature}=()" for feature in _UNUSED)]
)

ASKED_FOR_EACH_TIME: Final = "no-cache"
"""Kept, and asked for each time whether it is still the one."""
