"""The page as people use it: by labels, keys and what they read."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect


@dataclass
class Window:
    """A window of the browser. Watches what the page asks for, and what goes wrong in it."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self) -> Window:
        """Ready to ask: GraphiQL stands there and the examples are offered."""
        self.page.goto(f"{self.address}/graphql")
        expect(self.examples.locator("option")).not_to_have_count(1)
        expect(self.run_button).to_be_visible()
        return self

    @property
    def token(self) -> Locator:
        return self.page.get_by_label("Jeton d'accès")

    @property
    def examples(self) -> Locator:
        return self.page.get_by_label("Exemples")

    @property
    def problem(self) -> Locator:
        return self.page.get_by_role("alert")

    @property
    def run_button(self) -> Locator:
        return self.page.get_by_role("button", name="Execute query")

    @property
    def stop_button(self) -> Locator:
        return self.page.get_by_role("button", name="Stop query")

    @property
    def answer(self) -> Locator:
        return self.page.get_by_label("Result Window")

    @property
    def document(self) -> Locator:
        return self.page.get_by_label("Query Editor")

    @property
    def variables(self) -> Locator:
        return self.page.locator("section[aria-label=Variables]")

    def paste(self, token: str) -> None:
        self.token.fill(token)
        self.token.press("Tab")

    def write(self, text: str, into: Locator | None = None) -> None:
        """Instead of what stands in the editor of the document, or in another."""
        (into or self.document).locator(".CodeMirror").first.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def run(self) -> None:
        self.run_button.click()
