export default function ({ parentElement }) { parentElement.querySelector(".es").textContent = "…"; }
