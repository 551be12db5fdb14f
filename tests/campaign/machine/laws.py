"""The invariants of reliability.md 3, read from the database and from what phones and Slack heard;
nothing is asked of the code under test."""

import re
from datetime import datetime, timedelta
from itertools import groupby

from app.rules.schedule import Schedule
from storage.effects import Lane
from tests.campaign.machine.eye import Row, facts, instant
from tests.campaign.machine.replica import Speech
from tests.campaign.machine.town import EVERYBODY, ROTAS, START, guise, mail, name_of
from tests.campaign.machine.world import LEASE, OPEN, SKEW, World, hold

EDGES = {
    "triggered": {"acknowledged", "cancelled"},
    "acknowledged": {"triggered", "resolved", "cancelled"},
    "resolved": {"closed", "triggered"},
    "closed": {"triggered"},
}
"""Product.md 14, as far as people and time move an incident here."""
LEADS_TO = {
    "acknowledged": "acknowledged",
    "expired": "triggered",
    "reopened": "triggered",
    "resolved": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
}
GUESTS_MAY = {"note", "joined"}
NAME = re.compile(r"inc-(\d+)-")


class Laws:
    """`check` after each step; what it saw of the step before is in it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._eye = world.eye
        self._incidents: dict[int, Row] = {}
        self._escalations: dict[int, Row] = {}
        self._pages = self._timeline = self._audited = 0
        self._rung: set[int] = set()
        self._slack = (0, 0, 0)
        self._walked: dict[int, str] = {}
        self._reachable: dict[int, bool] = {}
        self.bodies = 0
        self.tellings = 0
        self.paged = 0

    def check(self) -> None:
        """Where nothing was written since the last look, nothing can have broken: time that goes
        by only makes what must come earlier than some instant come earlier still."""
        for broken in self._world.broken[:1]:
            raise broken
        self._look_at_slack()
        if not self._eye.has_changed():
            return
        self._incidents = self._by_id("incidents")
        now = self._by_id("escalations")
        self._look_at_pages(now)
        self._look_at_steps(now)
        self._look_at_offers(now)
        self._escalations = now
        self._walk()
        self._count()
        self._look_at_effects()
        self._look_at_handovers()
        self._somebody_is_coming()

    # ── I1, I2 ────────────────────────────────────────────────────────────────────────────────
    def _count(self) -> None:
        [row] = self._eye.rows(
            "SELECT (SELECT count(*) FROM inbox) AS kept,"
            " (SELECT coalesce(sum(count), 0) FROM alerts WHERE incident IS NOT NULL) AS told,"
            " (SELECT count(*) FROM audit) AS audited,"
            " (SELECT count(*) FROM effects WHERE outcome IN ('cancelled', 'parked')"
            "  AND problem IS NULL) AS silent"
        )
        hold(row["kept"] == self.bodies, "I2: bodies are missing or doubled", row, self.bodies)
        hold(row["told"] == self.tellings, "I2: tellings are missing or doubled", row,
             self.tellings)  # fmt: skip
        hold(row["audited"] >= self._audited, "I12: the audit log lost rows", row, self._audited)
        hold(row["silent"] == 0, "I2: cancelled or parked without a reason")
        self._audited = row["audited"]

    def attached(self, incident: int, severity: str) -> None:
        """I1: an alert that was answered 2xx belongs to an open incident that is as bad as it."""
        row = self._eye.rows(f"SELECT * FROM incidents WHERE id = {incident}")[0]
        hold(row["state"] in OPEN, "I1: attached to an incident that is over", row)
        hold(row["severity"] <= severity, "I1: worse than its incident", severity, row)

    # ── I3 ────────────────────────────────────────────────────────────────────────────────────
    def _somebody_is_coming(self) -> None:
        world = self._world
        slack = world.drift + 2 * SKEW
        waits = self._waits()
        for incident in self._incidents.values():
            if incident["severity"] > "P1" or incident["state"] not in OPEN:
                continue
            number = incident["id"]
            mine = [
                each for each in self._escalations.values()
                if each["incident"] == number and each["state"] == "ringing"
            ]  # fmt: skip
            if incident["state"] == "acknowledged":
                since = instant(incident["progress_at"] or incident["acknowledged_at"])
                due = waits.get(("expire", number, None))
                hold(due is not None, "I3: an acknowledgement that never expires", number)
                newest = self._newest(number)
                expires = facts(newest["policy"])["acknowledgement_expires"] if newest else 3600
                late = since + timedelta(seconds=max(expires, 3600)) + slack
                assert due is not None
                hold(due <= late, "I3: expires too late", number, due, late)
            else:
                own = [each for each in mine if each["kind"] == "incident"]
                hold(len(own) == 1, "I3: open, unanswered and nobody is rung", number)
            for each in mine:
                due = waits.get(("step", number, each["id"]))
                hold(due is not None, "I3: rings without a next step", number, each["id"])
                policy = facts(each["policy"])
                longest = max(policy["primary_wait"], policy["manager_wait"])
                latest = world.latest + timedelta(seconds=longest) + slack
                assert due is not None
                hold(due <= latest, "I3: the next step is too far", number, due, latest)

    def _newest(self, incident: int) -> Row | None:
        own = [
            each for each in self._escalations.values()
            if each["incident"] == incident and each["kind"] == "incident"
        ]  # fmt: skip
        return own[-1] if own else None

    def _waits(self) -> dict[tuple[str, int, int | None], datetime]:
        rows = self._eye.rows(
            "SELECT kind, incident, escalation, due FROM effects WHERE lane = 'wait'"
            " AND kind IN ('step', 'expire') AND outcome IN ('due', 'unknown', 'claimed')"
        )
        return {(r["kind"], r["incident"], r["escalation"]): instant(r["due"]) for r in rows}

    # ── I7, I9, I10 ───────────────────────────────────────────────────────────────────────────
    def _look_at_pages(self, now: dict[int, Row]) -> None:
        fresh = self._eye.rows(f"SELECT * FROM pages WHERE id > {self._pages} ORDER BY id")
        for key, several in groupby(fresh, key=_turn_of):
            self._is_right(now[key[0]], list(several))
        if fresh:
            self._pages = fresh[-1]["id"]
            self.paged += len(fresh)

    def _is_right(self, escalation: Row, pages: list[Row]) -> None:
        """The people of a turn are those of the instant at which it was taken."""
        world, page = self._world, pages[0]
        service = self._incidents[page["incident"]]["service"]
        at = instant(page["at"])
        got = [name_of(each["person"]) for each in pages]
        if escalation["kind"] == "page":
            hold([pages[0]["person"]] == [escalation["target"]], "I7: not who was asked for", got)
        else:
            wanted = self._wanted(escalation, page, service, at)
            hold(sorted(got) in wanted, "I7: not who is on duty", got, wanted, at, page)
        working = service is not None and world.town.working(_team(service), at)
        for each in pages:
            hold(bool(each["out_of_hours"]) != working, "I7: the hours are wrong", each)
            can = self._can_reach(each["person"], working)
            given_up = can and not each["reachable"] and self._was_given_up(each["id"])
            hold(bool(each["reachable"]) == can or given_up, "I7: reached or not", each)
            self._reachable[each["id"]] = can and not given_up
            named = facts(each["rota_facts"])
            if escalation["kind"] != "page":
                hold("rota" in named and "rule" in named, "I7: does not say why", named)
        if page["tier"] == 2 and escalation["kind"] == "incident" and page["step"] == 0:
            self._tier_one_was_tried(escalation, page, service, at)

    def _wanted(
        self, escalation: Row, page: Row, service: str | None, at: datetime
    ) -> list[list[str]]:
        town = self._world.town
        one = town.primary(service, at)
        passed = self._passed(escalation["id"], before=page["id"])
        if page["tier"] == 1:
            return [[one] if one is not None and one not in passed else []]
        first = town.managers(at, one)[: page["round"]]
        left = [each for each in first if each not in passed] or first
        rung = self._rung_in(page)
        return [sorted(each for each in left if each not in rung)]

    def _rung_in(self, page: Row) -> set[str]:
        """Nobody is rung twice in one step, though it passes over a round that reaches nobody."""
        rows = self._eye.rows(
            f"SELECT person FROM pages WHERE escalation = {page['escalation']}"
            f" AND step = {page['step']} AND id < {page['id']}"
        )
        return {name_of(row["person"]) for row in rows}

    def _passed(self, escalation: int, *, before: int) -> set[str]:
        rows = self._eye.rows(
            f"SELECT person FROM pages WHERE escalation = {escalation} AND state = 'passed'"
            f" AND id < {before}"
        )
        return {name_of(row["person"]) for row in rows}

    def _can_reach(self, person: str, working: bool) -> bool:
        name = name_of(person)
        if name in self._world.away:
            return False
        ways = self._eye.rows(
            f"SELECT method FROM contact_methods WHERE person = '{person}'"
            " AND removed_at IS NULL AND verified_at IS NOT NULL"
        )
        return working or any(row["method"] in ("push", "sms", "voice") for row in ways)

    def _was_given_up(self, page: int) -> bool:
        """Its rings failed for good already, in the step that made it."""
        rows = self._eye.rows(
            f"SELECT id FROM effects WHERE page = {page} AND kind = 'ring' AND outcome = 'parked'"
        )
        return bool(rows)

    def _tier_one_was_tried(
        self, escalation: Row, page: Row, service: str | None, at: datetime
    ) -> None:
        """I9, I10: in one step with the managers stands only a first tier that reaches nobody."""
        one = self._world.town.primary(service, at)
        if one is None or one in self._passed(escalation["id"], before=page["id"]):
            return
        tried = self._eye.rows(
            f"SELECT id FROM pages WHERE escalation = {escalation['id']} AND step = 0 AND tier = 1"
        )
        hold(len(tried) == 1, "I9: tier 1 was skipped", escalation["id"], one)
        hold(not self._reachable.get(tried[0]["id"], True), "I10: managers too early", page)

    def _look_at_steps(self, now: dict[int, Row]) -> None:
        for number, after in now.items():
            before = self._escalations.get(number)
            if before is None:
                policy = facts(after["policy"])
                waits = self._world.town.file.waits
                got = tuple(policy[name] for name in POLICY)
                hold(got == waits, "rule 12: not the policy of the trigger", got, waits)
                continue
            if after["step"] == before["step"]:
                continue
            hold(after["step"] == before["step"] + 1, "I9: steps were burnt", number)
            hold(
                (after["tier"], after["round"]) >= (before["tier"], before["round"]),
                "I9: the level fell", number,
            )  # fmt: skip
            self._waited(before, after)

    def _waited(self, before: Row, after: Row) -> None:
        if before["step_at"] is None or self._hastened(before):
            return
        policy = facts(before["policy"])
        wait = policy["primary_wait" if before["tier"] == 1 else "manager_wait"]
        passed = instant(after["step_at"]) - instant(before["step_at"])
        hold(passed >= timedelta(seconds=wait), "I10: before its time", after, passed)

    def _hastened(self, before: Row) -> bool:
        """Somebody of the step passed it on, or cannot be reached after all."""
        last = before["step"] - 1
        rows = self._eye.rows(
            f"SELECT state, reachable FROM pages WHERE escalation = {before['id']}"
            f" AND step = {last}"
        )
        return any(row["state"] == "passed" or not row["reachable"] for row in rows)

    # ── rule 2: the pager moves ────────────────────────────────────────────────────────────────
    def _look_at_offers(self, now: dict[int, Row]) -> None:
        offers = [each for each in now.values() if each["boundary"] is not None]
        keys = {(each["incident"], each["boundary"], each["target"]) for each in offers}
        hold(len(keys) == len(offers), "rule 2: offered twice", offers)
        for each in offers:
            before, incident = self._escalations.get(each["id"]), self._incidents[each["incident"]]
            if before is None:
                at = instant(each["started_at"])
                one = self._world.town.primary(incident["service"], at)
                hold(name_of(each["target"]) == one, "rule 2: offered to another", each, one)
                hold(instant(each["boundary"]) <= at, "rule 2: before the boundary", each)
                hold(incident["acknowledged_by"] != each["target"], "rule 2: it is theirs", each)
            elif before["state"] == "ringing" and each["state"] == "answered":
                mine = incident["acknowledged_by"] == each["target"]
                hold(mine, "rule 2: answered, and it did not move", each, incident)

    def _moved_with_the_pager(self) -> None:
        """Whoever was rung as the one on duty, and has it after their time, shares it with an
        offer to whoever came after them."""
        town, now = self._world.town, self._world.now
        for number, incident in self._incidents.items():
            if incident["state"] != "acknowledged" or incident["severity"] > "P1":
                continue
            holder = name_of(incident["acknowledged_by"])
            one, since = town.primary(incident["service"], now), self._since(incident["service"])
            if one in (None, holder) or not self._was_on_duty(number, incident["acknowledged_by"]):
                continue
            if since is not None and instant(incident["acknowledged_at"]) < since:
                boundaries = [
                    instant(each["boundary"]) for each in self._escalations.values()
                    if each["incident"] == number and each["boundary"] is not None
                    and name_of(each["target"]) == one
                ]  # fmt: skip
                offered = any(at >= since for at in boundaries)
                hold(offered, "rule 2: not offered", incident, one, since, boundaries)

    def _since(self, service: str | None) -> datetime | None:
        """The last edge at which somebody else became tier 1, within some days."""
        town, now = self._world.town, self._world.now
        edges = [each for each in town.edges(now - timedelta(days=8)) if each <= now]
        instant_before = timedelta(microseconds=1)
        changes = (
            each for each in reversed(edges)
            if town.primary(service, each) != town.primary(service, each - instant_before)
        )  # fmt: skip
        return next(changes, None)

    def _was_on_duty(self, incident: int, person: str) -> bool:
        rows = self._eye.rows(
            f"SELECT rota_facts FROM pages WHERE incident = {incident} AND person = '{person}'"
        )
        return any(facts(row["rota_facts"]).get("rule") in ("owner", "volunteers") for row in rows)

    # ── I12, I15 ──────────────────────────────────────────────────────────────────────────────
    def _walk(self) -> None:
        rows = self._eye.rows(f"SELECT * FROM timeline WHERE id > {self._timeline} ORDER BY id")
        for row in rows:
            self._take(row)
        if rows:
            self._timeline = rows[-1]["id"]
        for number, incident in self._incidents.items():
            walked = self._walked.get(number)
            hold(walked == incident["state"], "I12: moved without a line", number, walked,
                 incident["state"])  # fmt: skip

    def _take(self, row: Row) -> None:
        number, kind = row["incident"], row["kind"]
        by = name_of(row["by"] or "")
        may = by in ("", *EVERYBODY) or (by == "gus" and kind in GUESTS_MAY)
        hold(may, "I15: not theirs to do", by, kind)
        here = self._walked.get(number)
        if kind == "opened":
            hold(here is None, "I12: opened twice", number)
            self._walked[number] = "triggered"
        elif kind == "raised" and facts(row["facts"])["to"] == "P1" and here == "acknowledged":
            self._walked[number] = "triggered"
        elif kind in LEADS_TO:
            there = LEADS_TO[kind]
            assert here is not None
            hold(there in EDGES.get(here, ()), "I12: no such edge", number, here, there)
            self._walked[number] = there

    # ── I4, I13, leases ───────────────────────────────────────────────────────────────────────
    def _look_at_effects(self) -> None:
        world = self._world
        left = self._eye.rows(
            "SELECT x.key, e.state AS escalation, p.state AS page FROM effects x"
            " JOIN escalations e ON e.id = x.escalation LEFT JOIN pages p ON p.id = x.page"
            " WHERE x.kind IN ('ring', 'step') AND x.outcome = 'due' AND x.attempts = 0"
            " AND (e.state <> 'ringing' OR coalesce(p.state, 'ringing') <> 'ringing')"
        )
        hold(not left, "I4: still due although answered", *left)
        done = self._eye.rows(
            "SELECT id, fence, kind, key FROM effects WHERE outcome = 'done' AND lane <> 'wait'"
        )
        for row in done:
            said = (row["id"], row["fence"]) in world.said
            hold(said, "the fence: recorded as said by whoever did not say it", row)
        rung = {row["id"] for row in done if row["kind"] == "ring"}
        hold(self._rung <= rung, "the fence: rung, and it was forgotten", self._rung - rung)
        self._rung = rung
        self._are_held([each for each in world.open if each.replica.alive])

    def _are_held(self, speeches: list[Speech]) -> None:
        """What is being spoken is claimed by whoever speaks it, if nobody took it over."""
        if not speeches:
            return
        numbers = ", ".join(str(each.effect.id) for each in speeches)
        rows = self._eye.rows(f"SELECT id, fence, outcome FROM effects WHERE id IN ({numbers})")
        held = {row["id"]: row for row in rows}
        for speech in speeches:
            row = held[speech.effect.id]
            mine = row["fence"] == speech.effect.fence
            lost = not speech.replica.awake or speech.since + LEASE <= self._world.latest
            same = row["outcome"] == "claimed" if mine else lost
            hold(same, "the fence: somebody else ended it", speech.effect.key, row)

    # ── I5, I8, I14 ───────────────────────────────────────────────────────────────────────────
    def _look_at_slack(self) -> None:
        workspace = self._world.workspace
        seen = len(workspace.rooms), workspace.posted.total(), len(workspace.dangers)
        if seen == self._slack:
            return
        self._slack = seen
        hold(not workspace.dangers, "I14: a text from outside speaks", workspace.dangers[:1])
        numbers = [m[1] for room in workspace.rooms.values() if (m := NAME.match(room.name))]
        hold(len(numbers) == len(set(numbers)), "I5: two channels for one incident", numbers)
        for key, count in workspace.posted.items():
            once = not key.startswith(("page:", "notice:"))
            hold(count == 1 or not once, "I8, I13: posted twice", key, count)

    def _look_at_handovers(self) -> None:
        for row in self._eye.rows("SELECT id, rota, boundary FROM handovers"):
            boundary = instant(row["boundary"])
            hold(boundary <= self._world.latest, "I8: before the boundary", row)

    # ── I6 ────────────────────────────────────────────────────────────────────────────────────
    def one_on_duty(self, schedule: Schedule) -> None:
        """Now, and on both sides of the coming edges; what comes may still be edited."""
        town, now = self._world.town, self._world.now
        edges = town.edges(now)[:3]
        for at in (now, *edges, *(edge - timedelta(microseconds=1) for edge in edges)):
            for rota in ROTAS:
                shift = schedule.on_duty(rota, at + guise.shift)
                name = town.on_duty(rota, at)
                runs = shift.start <= at + guise.shift < shift.end
                hold(runs, "I6: a shift that does not run", rota, at)
                wanted = mail(name) if name else None
                hold(shift.person == wanted, "I6: not who is on duty", rota, at, shift, wanted)

    # ── the end ───────────────────────────────────────────────────────────────────────────────
    def check_quiet(self, since: datetime) -> None:
        """I16: nothing is left undone, and what was promised stands."""
        self.check()
        lanes = [Lane.PAGE, Lane.DIRECT, Lane.WAIT]
        lanes += [Lane.CHAT, Lane.ROOM] if self._world.with_slack else []
        names = ", ".join(f"'{lane}'" for lane in lanes)
        left = self._eye.rows(
            f"SELECT key, outcome, due, problem FROM effects WHERE lane IN ({names})"
            " AND outcome IN ('claimed', 'unknown', 'due')"
        )
        late = [row for row in left if instant(row["due"]) <= self._world.now]
        hold(not late, "I16: not quiet after a minute", *late[:3])
        waiting = self._eye.one("SELECT count(*) AS n FROM inbox WHERE state = 'waiting'")
        hold(waiting == 0, "I1: bodies that nobody read")
        self._handed_over()
        self._moved_with_the_pager()
        if self._world.with_slack:
            self._stands()

    def _handed_over(self) -> None:
        """I8: one row and one post for each boundary that came."""
        boundaries = {START + timedelta(days=4, seconds=10) + n * timedelta(weeks=1)
                      for n in range(60)}  # fmt: skip
        due = {each for each in boundaries if each <= self._world.now}
        rows = self._eye.rows("SELECT id, boundary FROM handovers")
        made = {instant(row["boundary"]) for row in rows}
        hold(due <= made, "I8: a handover is missing", sorted(due - made)[:1])
        if self._world.with_slack:
            for row in rows:
                count = self._world.workspace.count(f"handover:{row['id']}")
                hold(count == 1, "I8: posted otherwise than once", row["id"], count)

    def _stands(self) -> None:
        for number, incident in self._incidents.items():
            if incident["severity"] <= "P1" and incident["state"] in OPEN:
                for key in (f"announcement:{number}", f"card:{number}"):
                    count = self._world.workspace.count(key)
                    hold(count == 1, "I16: does not stand in Slack", key, count)

    def _by_id(self, table: str) -> dict[int, Row]:
        return {row["id"]: row for row in self._eye.rows(f"SELECT * FROM {table} ORDER BY id")}


POLICY = ("primary_wait", "manager_wait", "acknowledgement_expires")


def _turn_of(page: Row) -> tuple[int, int, int, int]:
    return page["escalation"], page["step"], page["tier"], page["round"]


def _team(service: str) -> str:
    return {"nightly-elt": "data-infra", "shop": "web"}[service]
