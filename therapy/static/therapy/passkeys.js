// Tells people in words when a passkey could not be used; allauth's own scripts do the rest.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const name = event.detail.exception && event.detail.exception.name;
  const words = {
    NotAllowedError: "The browser or the device refused, or it took too long. Try again.",
    InvalidStateError: "This device has a passkey for the account already.",
    SecurityError:
      "Passkeys do not work at this address: the site must be opened by its name, over https.",
  };
  const trouble = document.getElementById("passkey-trouble");
  trouble.textContent = words[name] || "No passkey could be used in this browser.";
  trouble.hidden = false;
});
