"""References to function tools, as both of OpenAI's dialects make them."""

from __future__ import annotations

from assay.engines.inference.translation.parameters import InvalidParameter, Parameters


def function_name(reference: Parameters) -> str:
    """The function that a reference names, flat or nested; a reference to any other tool is refused."""
    kind = reference.required_text("type")
    if kind != "function":
        raise reference.unsupported(f"type={kind}", "use function tools")
    with reference.object("function") as nested:
        return nested.text("name") or reference.required_text("name")


def allowed_tools(choice: Parameters) -> tuple[str, set[str]]:
    """The mode of an ``allowed_tools`` choice, ``auto`` or ``required``, and the names it leaves.

    Only OpenAI's servers know this choice. Offering just those tools says the same to every provider.
    """
    mode = choice.required_text("mode")
    if mode not in ("auto", "required"):
        raise InvalidParameter(choice.named("mode"), "`auto` or `required`")
    names = set()
    for reference in choice.objects("tools"):
        with reference:
            names.add(function_name(reference))
    return mode, names
