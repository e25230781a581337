"""The app's icons, drawn from the site's mark by a Chromium: python phone/build/icons.py.

They are kept in phone/public/icons; this is for when the mark changes.
"""

import re
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
MARK = (ROOT / "therapy/static/therapy/mark.svg").read_text()
# A launcher cuts a maskable icon to its shape; a circle of 80 % is safe (W3C, Web App Manifest).
FULL = re.sub(r' rx="9"', "", MARK)
SAFE = FULL.replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"').replace(
    '<rect width="32" height="32"', '<rect x="-4" y="-4" width="40" height="40"'
)
ICONS = {"mark-192": (MARK, 192), "mark-512": (MARK, 512), "touch-180": (FULL, 180)}


def draw() -> None:
    """Write every icon."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (mark, size) in (ICONS | {"maskable-512": (SAFE, 512)}).items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{mark}")
            path = ROOT / f"phone/public/icons/{name}.png"
            page.screenshot(path=path, omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw()
