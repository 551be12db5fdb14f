"""What an incident still needs before it can be closed, named the same everywhere."""

from app.rules.incident import Missing


def still_wanted(missing: Missing) -> list[str]:
    """ "a root cause", "a follow-up"; empty when it can be closed."""
    return [
        *(["a root cause"] if missing.root_cause else []),
        *(['a follow-up (or "none, because")'] if missing.follow_up else []),
    ]


def how_to_give(missing: Missing) -> list[str]:
    """The same with the command for each, for the person who can do it now."""
    return [
        *(["a root cause (`/inc rootcause …`)"] if missing.root_cause else []),
        *(
            ["a follow-up (`/inc followup …`, or `/inc followup none because …`)"]
            if missing.follow_up
            else []
        ),
    ]
