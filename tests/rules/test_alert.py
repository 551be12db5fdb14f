"""One firing of an alarm."""

from app.rules.alert import Alert, AlertState


def test_a_state_is_stored_by_these_words() -> None:
    assert [each.value for each in AlertState] == ["firing", "resolved"]


def test_an_alert_needs_no_labels() -> None:
    alert = Alert(alarm="elt-late", fingerprint="f", state=AlertState.FIRING, title="late")
    assert alert.labels == {}
