"""How often people accept, with a credible interval."""

from core.domain.overview import Share

CREDIBLE = 0.95


def credible(accepted: int, decided: int, confidence: float = CREDIBLE) -> Share:
    """A share with its equal-tailed interval under Jeffreys' prior, Beta(½, ½) (Brown, Cai and DasGupta 2001).

    As they advise, it reaches 0 if nothing was accepted and 1 if everything was. Of nothing, nothing is known.
    """
    if not 0 <= accepted <= decided:
        raise ValueError(f"{accepted} of {decided} is no share")
    if decided == 0:
        return Share(k=0, n=0, low=0.0, high=1.0)
    from scipy.special import betaincinv  # an idle app does not load scipy

    tail = (1 - confidence) / 2
    a, b = accepted + 0.5, decided - accepted + 0.5
    return Share(
        k=accepted,
        n=decided,
        low=0.0 if accepted == 0 else float(betaincinv(a, b, tail)),
        high=1.0 if accepted == decided else float(betaincinv(a, b, 1 - tail)),
    )
