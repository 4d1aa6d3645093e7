"""Sign in: where links lead that let somebody in. Whoever is not signed in sees the same instead of every page."""

from pages.ui.signing.entrance import entrance

entrance()
