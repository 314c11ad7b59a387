"""What Discord says when it refuses: HTTP status, JSON code, and where the form is wrong."""

from bot.sandbox.rules import Json

# Discord's "JSON error codes": code -> (HTTP status, message).
CODES: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50007: (403, "Cannot send messages to this user"),
    50006: (400, "Cannot send an empty message"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50109: (400, "The request body contains invalid JSON."),
}


class Refusal(Exception):
    """An answer of Discord's that is an error. errors: the tree that 50035 carries."""

    def __init__(self, code: int, errors: Json | None = None) -> None:
        self.status, self.message = CODES[code]
        super().__init__(f"{self.status} {self.message} ({code})")
        self.code = code
        self.errors = errors

    def to_json(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class FormFaults:
    """Collects what is wrong with a form, by path, in the shape of Discord's error 50035."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: str, code: str, message: str) -> None:
        """path: keys and indices joined by dots, such as "components.0.label"."""
        node = self._tree
        for key in path.split(".") if path else []:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, text: object, low: int, high: int) -> None:
        """Demand a string of low–high characters; None passes where low is 0."""
        if text is None and low == 0:
            return
        if not isinstance(text, str):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not low <= len(text) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def raise_if_any(self) -> None:
        if self._tree:
            raise Refusal(50035, self._tree)
