"""What stands on a page, inside components' own roots too, as a browser would be asked for it."""

# All text of a page, that inside components' own roots too, and whatever an element could have come of.
LOOK = """() => {
  const found = { text: [], wrong: [] };
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) walk(one.shadowRoot);
      for (const name of one.getAttributeNames()) {
        const value = one.getAttribute(name);
        if (/^on/i.test(name) || (/^(src|href|srcset|poster|action|formaction|xlink:href)$/i.test(name) && /192\\.0\\.2\\.1|javascript:/i.test(value)
            && !value.startsWith("/") && !value.startsWith(location.origin))) found.wrong.push(`${one.tagName} ${name}=${value.slice(0, 120)}`);
      }
      if (one.dataset?.testid === "stException") found.wrong.push(one.innerText.slice(-300));
      if (/^(iframe|object|embed|base)$/i.test(one.tagName)) found.wrong.push(one.tagName);
    }
    found.text.push(root === document ? document.body.innerText : [...root.children].map((one) => one.innerText ?? one.textContent).join(" "));
    for (const field of root.querySelectorAll("input, textarea")) found.text.push(field.value);
  };
  walk(document);
  return { hurt: window.hurt ?? "", wrong: found.wrong, text: found.text.join(" ") };
}"""
