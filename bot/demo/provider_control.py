"""The tests' own addresses at the stand-in: never mounted by the product."""

import time

from flask import Blueprint, Response, jsonify, request

from bot.demo.provider_faults import NoSuchFault
from bot.demo.provider_standin import StandIn
from bot.demo.provider_store import Message, Store


def control_blueprint(stand_in: StandIn) -> Blueprint:
    """The tests' own addresses: never mounted by the product."""
    blueprint = Blueprint("control", __name__, url_prefix="/_standin")

    @blueprint.post("/inbound")
    def inbound() -> tuple[Response, int]:
        asked = request.get_json()
        message, number = stand_in.text_in(
            sender=asked["from"], body=asked.get("body", ""), sid=asked.get("sid"), media=asked.get("media", 0),
            lost=asked.get("lost", False),
        )  # fmt: skip
        answer = None if number is None or not asked.get("wait", True) else _wait_for(stand_in.store, number)
        return jsonify({"sid": message.sid, "answer": answer}), 202

    @blueprint.post("/faults")
    def arm() -> tuple[Response, int]:
        asked = request.get_json()
        try:
            for one in asked if isinstance(asked, list) else [asked]:
                stand_in.faults.arm(one)
        except NoSuchFault as nothing:
            return jsonify({"error": f"no such fault: {nothing}"}), 400
        return jsonify(stand_in.faults.armed()), 201

    @blueprint.get("/faults")
    def armed() -> Response:
        return jsonify(stand_in.faults.armed())

    @blueprint.delete("/faults")
    def clear() -> Response:
        stand_in.faults.clear()
        return jsonify([])

    @blueprint.get("/messages")
    def messages() -> Response:
        known = stand_in.store.messages(to=request.args.get("to"), sender=request.args.get("from"))
        out = [message for message in reversed(known) if not message.inbound]
        return jsonify({"accepted": len(out), "messages": [_told(one) for one in reversed(known)]})

    @blueprint.get("/calls")
    def calls() -> Response:
        return jsonify(stand_in.store.calls(after=int(request.args.get("after", 0))))

    @blueprint.get("/webhooks")
    def webhooks() -> Response:
        made = stand_in.store.webhooks()
        return jsonify(
            [{"kind": w.kind, "sid": w.sid, "tries": w.tries, "answer": w.answer, "done": w.done} for w in made]
        )

    return blueprint


def _told(message: Message) -> dict[str, object]:
    return {
        "sid": message.sid,
        "direction": message.direction,
        "from": message.sender,
        "to": message.recipient,
        "body": message.body,
        "status": message.status,
        "error_code": message.error_code,
        "outbox": message.outbox,
        "created_at": message.created_at.isoformat(),
    }


def _wait_for(store: Store, number: int) -> int | None:
    """The answer to a webhook, once it is made."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for hook in store.webhooks():
            if hook.number == number and hook.done:
                return hook.answer
        time.sleep(0.01)
    return None
