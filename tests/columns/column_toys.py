"""A toy world in three kinds: plain Mesa agents, column agents, and half of each."""

from __future__ import annotations

import mesa
import numpy as np

from sim.columns.bulk import bulk
from sim.columns.collector import ColumnDataCollector
from sim.columns.column_agent import ColumnAgent
from sim.columns.column_model import ColumnModel
from sim.columns.fields import Field, Membership
from sim.columns.store import ColumnStore

MESA_3_3 = mesa.__version__.startswith("3.3")
HERE, GONE, LATER = 0, 1, 2
FIELDS = (
    Field("wealth", np.int32, "USD", "Money in hand.", source="toy"),
    Field("risk", np.float64, "1", "Expected cost relative to the mean.", default=1.0, source="toy"),
    Field("group", np.int16, "1", "Which of three groups.", source="toy"),
    Field("status", np.uint8, "1", "0 here, 1 gone, 2 not yet here.", source="toy"),
)
SIZE = 12


def is_here(status):
    return status == HERE


def toy_values(size=SIZE):
    order = np.arange(size)
    return {
        "wealth": (order * 7 % 5).astype(np.int32),
        "risk": 1 + order * 3 % 7 / 10,
        "group": ((order + 2) % 3).astype(np.int16),
        "status": np.zeros(size, np.uint8),
    }


def toy_store(size=SIZE, leave=True):
    membership = Membership(("status",), is_here, {"status": GONE} if leave else {})
    return ColumnStore(FIELDS, toy_values(size), membership)


class Person(ColumnAgent):
    def earn(self, amount=1):
        self.wealth += amount

    def twice(self, plus=0):
        return 2 * self.wealth + plus

    @bulk
    def earn_together(people, amount=1):  # noqa: N805
        people.set("wealth", people.get("wealth") + amount)

    @bulk
    def twice_together(people, plus=0):  # noqa: N805
        return 2 * people.get("wealth") + plus


class PlainPerson(mesa.Agent):
    def __init__(self, model, wealth, risk, group):
        super().__init__(model)
        self.wealth, self.risk, self.group = int(wealth), float(risk), int(group)

    def earn(self, amount=1):
        self.wealth += amount

    def twice(self, plus=0):
        return 2 * self.wealth + plus


class Firm(mesa.Agent):
    def __init__(self, model, wealth=100):
        super().__init__(model)
        self.wealth = wealth


def add_plain(model, start, stop):
    values = toy_values()
    for i in range(start, stop):
        PlainPerson(model, values["wealth"][i], values["risk"][i], values["group"][i])


def plain_world(seed=1):
    model = mesa.Model(rng=seed)
    add_plain(model, 0, SIZE)
    return model


def column_world(seed=1, size=SIZE):
    model = ColumnModel(seed=seed)
    model.add_population(Person, toy_store(size))
    return model


def mixed_world(seed=1, half=SIZE // 2):
    model = ColumnModel(seed=seed)
    add_plain(model, 0, half)
    rest = {name: column[half:].copy() for name, column in toy_values().items()}
    model.add_population(
        Person, ColumnStore(FIELDS, rest, Membership(("status",), is_here, {"status": GONE}))
    )
    return model


def ids(agents):
    return [agent.unique_id for agent in agents]


def rich(agent):
    return agent.wealth >= 3


def wealth_total(model):
    return int(model.population.agg("wealth", sum)) + sum(firm.wealth for firm in model.firms)


def risk_each(people):
    return people.get("risk")


class ToyModel(ColumnModel):
    """Three years: everybody earns, the richest person leaves, and each firm pays one dollar per person."""

    def __init__(self, seed=None, size=SIZE, firms=2, years=3):
        super().__init__(seed=seed)
        self.firms = [Firm(self) for _ in range(firms)]
        self.population = self.add_population(Person, toy_store(size))
        self.years = years
        self.datacollector = ColumnDataCollector(
            model_reporters={"people": lambda m: len(m.population), "total": wealth_total},
            agent_reporters={"wealth": "wealth"},
            agenttype_reporters={Person: {"risk": bulk(risk_each), "group": "group"}},
        )

    def step(self):
        self.population.do("earn_together", 1 + self.random.randrange(3))
        self.population.sort("wealth")[0].remove()
        for firm in self.firms:
            firm.wealth -= len(self.population)
        self.datacollector.collect(self)
        self.running = self.steps < self.years
