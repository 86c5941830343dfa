"""What Schemathesis does beside generating: real ids and preconditions, spoilt bodies, and a count of the answers."""

import atexit
import collections
import json
import os
import random

import requests
import schemathesis

# Numbers that tell a run apart; the same seed spoils the same requests of the same kind.
chance = random.Random(int(os.environ["FUZZ_SEED"]))
url = os.environ["FUZZ_URL"]
own = url + "/diffo/v1"
session = requests.Session()
session.trust_env = False
answers = collections.Counter()
# Of each operation and media type, as text.
examples = {}
ids = collections.defaultdict(collections.deque)
# So many of each sort stay: what an agent keeps is to be told from what it is given to keep.
KEPT = 50


def call(method, path, body=None):
    answer = session.request(method, own + path, json=body, timeout=30)
    return answer.json() if answer.content else None


def made(kind, type):
    words = {"@type": "Resource", "lifecycleState": "installed"} if type == "resource" else {"@type": "Service"}
    id = call("POST", "/instances", {"kind": kind, **words})["id"]
    keep(f"{inventories[type]}/{type}", id)
    return id


inventories = {
    "service": url + "/tmf-api/serviceInventory/v5",
    "resource": url + "/tmf-api/resourceInventoryManagement/v5",
}


def keep(place, id):
    """Remembers what was made at an address, and deletes what was made there long ago."""
    ids[place].append(id)
    if len(ids[place]) > KEPT:
        session.delete(f"{place}/{requests.utils.quote(ids[place].popleft(), safe='')}", timeout=60)


def waiting():
    """A plan that waits to be approved, with its hash: the port is to be other than it is."""
    call("POST", "/resume", {"scope": "all"})
    port = next(iter(session.get(url + "/tmf-api/resourceInventoryManagement/v5/resource?name=port-1").json()))
    wanted = "locked" if port["administrativeState"] == "unlocked" else "unlocked"
    for each in call("GET", "/expectations?limit=1000"):
        if each.get("why") == "fuzz":
            call("DELETE", "/expectations/" + each["id"])
    body = {"for": {"id": port["id"]}, "expect": {"administrativeState": wanted}, "mode": "approve", "why": "fuzz"}
    call("POST", "/expectations", body)
    return call("POST", "/plans", {})


def applied():
    plan = waiting()
    return call("POST", f"/plans/{plan['id']}/apply", {"hash": plan["hash"]})


def assigned():
    card, line = made("card", "resource"), made("line", "service")
    call("POST", f"/instances/{card}/assign", {"pool": "ports", "to": line})
    return card, {"to": line}


def related():
    one, other = made("line", "service"), made("card", "resource")
    call("POST", f"/instances/{one}/relate", {"to": other, "type": "reliesOn"})
    return one, {"to": other}


def expectation():
    return {"for": {"id": made("card", "resource")}, "expect": {"usageState": "busy"}, "mode": "warn"}


def expected():
    id = call("POST", "/expectations", expectation())["id"]
    keep(own + "/expectations", id)
    return id


def refinable():
    """An expectation that leaves a choice, and the choice."""
    open_choice = {**expectation(), "expect": {"usageState": {"$anyOf": ["busy", "idle"]}}}
    return call("POST", "/expectations", open_choice)["id"], {"path": "/usageState", "to": "busy"}


def refined():
    id, step = refinable()
    call("POST", f"/expectations/{id}/refinements", step)
    return id, None


def paused():
    call("POST", "/pause", {"scope": "all"})
    return None, {"scope": "all"}


def on(kind, type, body):
    return lambda: (made(kind, type), body())


def approved(plan):
    return plan["id"], {"hash": plan["hash"]}


# What an operation needs to succeed: the id in its path and its body.
PREPARED = {
    "POST /instances/{id}/define": on("card", "resource", lambda: {"characteristic": {"label": "x"}}),
    "POST /instances/{id}/feature": on("card", "resource", lambda: {"name": "saving", "isEnabled": True}),
    "POST /instances/{id}/relate": on("line", "service", lambda: {"to": made("card", "resource"), "type": "reliesOn"}),
    "POST /instances/{id}/unrelate": related,
    "POST /instances/{id}/assign": on("card", "resource", lambda: {"pool": "ports", "to": made("line", "service")}),
    "POST /instances/{id}/unassign": assigned,
    "POST /instances/{id}/respecify": on("card", "resource", lambda: {"specification": "6f1b0b1c-3c52-4f6e-8f0a-0d6c5b8f1a02"}),
    "POST /instances/{id}/annotate": on("card", "resource", lambda: {"note": {"text": "handle gently"}}),
    "POST /instances/{id}/transition": on("line", "service", lambda: {"step": "reserve"}),
    "POST /instances/{id}/lifecycle": on("card", "resource", lambda: {"usageState": "busy"}),
    "POST /instances/{id}/rename": on("card", "resource", lambda: {"name": f"renamed {chance.random()}"}),
    "GET /instances/{id}": on("card", "resource", lambda: None),
    "GET /instances/{id}/derived": on("card", "resource", lambda: None),
    "POST /plans/{id}/approve": lambda: approved(waiting()),
    "POST /plans/{id}/apply": lambda: approved(waiting()),
    "POST /plans/{id}/undo": lambda: (applied()["id"], {}),
    "POST /plans/{id}/discard": lambda: (waiting()["id"], None),
    "POST /instances": lambda: (None, {"kind": "line", "@type": "Service"}),
    "POST /expectations": lambda: (None, expectation()),
    "GET /expectations/{id}": lambda: (expected(), None),
    "PATCH /expectations/{id}": lambda: (expected(), {"priority": 70}),
    "DELETE /expectations/{id}": lambda: (expected(), None),
    "POST /expectations/{id}/refinements": refinable,
    "DELETE /expectations/{id}/refinements/{number}": refined,
    "POST /resume": paused,
    "GET /plans/{id}": lambda: (waiting()["id"], None),
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    # What takes nothing would be asked once; a header that nobody reads makes it many.
    unread = {"name": "X-Unread", "in": "header", "schema": {"type": "string", "pattern": "^[a-z]{8}$"}}
    for path, item in raw_schema["paths"].items():
        for method, operation in item.items():
            operation["parameters"] = [*operation.get("parameters", []), unread]
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                if "example" in content:
                    examples[f"{method.upper()} {path}", media] = json.dumps(content["example"])


def label(case):
    return case.operation.label


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters or {}
    prepared = PREPARED.get(label(case))
    if prepared is not None and url in str(case.operation.base_url) and chance.random() < 0.6:
        id, body = prepared()
        if id is not None:
            parameters["id"] = id
        if "number" in parameters:
            parameters["number"] = 0
        if body is not None:
            case.body = body
        return
    # A tag or a cursor that is made up is that of nothing.
    if case.headers and chance.random() < 0.7:
        for name in ("If-Match", "If-None-Match", "Last-Event-ID"):
            case.headers.pop(name, None)
    known = ids[address(case)]
    if not known and "Specification" in case.operation.path:
        # A catalogue is read only: what it has is what the profile says.
        known.extend(each["id"] for each in session.get(address(case), timeout=60).json()[:KEPT])
    if "id" in parameters and chance.random() < 0.7:
        # What was deleted is gone for those that come after, so each deletion makes its own.
        id = fresh(case) if case.method == "DELETE" or not known else chance.choice(known)
        parameters["id"] = parameters["id"] if id is None else id
    if "/sets/" in label(case) and case.method != "PUT":
        call("PUT", "/sets/card", {"expectations": [{"name": "busy", **expectation()}]})
    if "name" in parameters and chance.random() < 0.7:
        parameters["name"] = "other" if "/peers/" in label(case) else "card"
    if "version" in parameters and chance.random() < 0.7:
        parameters["version"] = "1.0.0"
    query = case.query or {}
    if case.method == "GET" and "filter" in declared(case) and chance.random() < 0.6:
        query.clear()
        query.update(chance.choice(({}, {"limit": "3"}, {"fields": "name"}, {"sort": "-name", "offset": "1"}, {"name": "wan"})))
    if label(case) in ("GET /explain", "GET /standing") and chance.random() < 0.7:
        query.pop("path", None)
        query["instance"] = made("card", "resource")
    if label(case) == "GET /qualification" and chance.random() < 0.7:
        query.pop("for", None)
        query["at"] = "151.2,-33.8"
    if label(case) == "GET /located" and chance.random() < 0.7:
        query.clear()
        query.update({"near": "151.2,-33.8", "within": "1000"})
    if label(case) == "GET /references" and chance.random() < 0.7:
        query["to"] = made("card", "resource")
    if label(case) == "GET /changes" and chance.random() < 0.7:
        query.clear()
    case.query = query
    if label(case) == "POST /hub" and isinstance(case.body, dict) and chance.random() < 0.6:
        # Nobody listens there; whoever is named otherwise is refused, since the list of callbacks has loopback alone.
        case.body["callback"] = "http://127.0.0.1:9/listener"
        case.body.pop("query", None)
    example = examples.get((label(case), case.media_type))
    if example is not None and chance.random() < 0.6:
        case.body = json.loads(example)
    if isinstance(case.body, (dict, list)) and chance.random() < 0.15:
        case.body = spoilt(case.body)


def declared(case):
    return {each.name for each in case.operation.query}


def fresh(case):
    """The id of what was made for this by the example of the operation that makes such things; None where none does."""
    example = examples.get((f"POST {collection(case)}", "application/json"))
    if example is None:
        return None
    answer = session.post(address(case), json=json.loads(example), timeout=30)
    return answer.json().get("id") if answer.ok else None


def address(case):
    return str(case.operation.base_url).rstrip("/") + collection(case)


def collection(case):
    return case.operation.path.split("/{")[0]


ODD = (
    None, True, -1, 1e308, 0.1, 2**63, "", " ", "x" * 5000, "\u0000", "\ud7ff\u202e", "../../..", "2026-99-99", [], {}, [[]],
    {"__proto__": {"x": 1}}, {"constructor": 1}, {"@type": 7}, {"id": {}}, ["a"] * 200,
)


def spoilt(value):
    """The same with something odd somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.15:
            return {each: value[each] for each in value if each != key}
        return {**value, key: spoilt(value[key])}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], spoilt(value[at]), *value[at + 1 :]]
    return chance.choice(ODD)


@schemathesis.hook
def after_call(context, case, response):
    answers[f"{label(case)} {response.status_code}"] += 1
    if sum(answers.values()) % 50 == 0:
        tell()
    if response.status_code in (200, 201) and case.method in ("POST", "PATCH"):
        try:
            body = response.json()
        except ValueError:
            return
        if isinstance(body, dict) and isinstance(body.get("id"), str):
            if label(case) == "POST /instances":
                type = "service" if "/service/" in str(body.get("href")) else "resource"
                keep(f"{inventories[type]}/{type}", body["id"])
            elif "{" not in case.operation.path and body["id"] not in ids[address(case)]:
                keep(address(case), body["id"])


def tell():
    place = os.environ["FUZZ_ANSWERS"]
    with open(place + ".new", "w") as file:
        json.dump(answers, file)
    os.replace(place + ".new", place)


atexit.register(tell)
