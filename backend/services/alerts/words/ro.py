"""Alerts in Romanian."""

from backend.services.alerts.words.shape import EventStage as S
from backend.services.alerts.words.shape import EventWords, Words
from domain.alerts import AlertKind as K
from domain.quantities import Commodity

WORDS = Words(
    locale="ro",
    decimal=",",
    titles={
        K.DAY_LIMIT: "Limita zilnică depășită",
        K.HOUR_LIMIT: "Limita orară depășită",
        K.MONTH_FORECAST: "Luna se îndreaptă peste limita lunară",
        K.LEAK: "Scurgere",
        K.BURST: "Țeavă spartă",
        K.NO_DATA: "Fără citiri",
        K.NO_CONSUMPTION: "Fără consum",
        K.AWAY: "Consum deși nu e nimeni acasă",
        K.TAMPER: "Intervenție la contor",
        K.NEUTRAL_LOSS: "Nul întrerupt",
        K.PHASE_LOSS: "Fază lipsă",
        K.VOLTAGE: "Tensiune în afara limitelor",
        K.ARCING: "Arc electric: contact slab",
        K.DELIVERY: "Lipsesc citiri",
        K.IMBALANCE: "Dezechilibru",
        K.DR_EVENT: "Răspuns la cerere",
    },
    bodies={
        K.DAY_LIMIT: "{place}: {what} a ajuns pe {day} la {value}; limita zilnică este {limit}.",
        K.HOUR_LIMIT: "{place}: {what}, {value} într-o oră; limita orară este {limit}.",
        K.MONTH_FORECAST: (
            "{place}: în acest ritm {what} va ajunge luna aceasta la {value}; limita este {limit}."
        ),
        K.LEAK: "{place}: pare să fie o scurgere ({what}).",
        K.BURST: "{place}: consum mult peste obișnuit ({what}).",
        K.NO_DATA: "{place}: contorul ({what}) nu a transmis nimic de {value}.",
        K.NO_CONSUMPTION: "{place}: {what}, fără consum de {value}.",
        K.AWAY: "{place}: {what}, {value} într-o oră, deși nu ar trebui să fie nimeni acasă.",
        K.TAMPER: "{place}: posibilă intervenție la contor ({what}).",
        K.NEUTRAL_LOSS: "{place}: conductorul de nul are tensiune.",
        K.PHASE_LOSS: "{place}: o fază nu mai are tensiune.",
        K.VOLTAGE: "{place}: tensiunea unei faze este în afara limitelor ({value}).",
        K.ARCING: "{place}: s-a detectat arc electric; un contact slab poate lua foc.",
        K.DELIVERY: "{place}, {what}: au sosit {value} din citirile ultimei zile; ar trebui {limit}.",
        K.IMBALANCE: "{place}, {what}: lipsește {value} din ce s-a furnizat; limita este {limit}.",
        K.DR_EVENT: "{place}: un eveniment de răspuns la cerere.",
    },
    causes={
        "leak_sensor": "senzorul de scurgeri anunță apă",
        "magnet": "s-a detectat un magnet la contor",
        "open_circuit": "cablul spre contor este tăiat",
        "short_circuit": "cablul spre contor este în scurtcircuit",
        "zero_crossing": "lipsesc trecerile prin zero: un conductor a fost mutat",
        "cover": "capacul a fost deschis",
        "phase_loss": "o fază nu mai are tensiune",
        "neutral_voltage": "conductorul de nul are tensiune",
        "phase_voltage": "tensiunea unei faze este în afara limitelor",
        "arcing": "s-a detectat arc electric; un contact slab poate lua foc",
        "leak_continuous": "{what}, consumul nu se oprește: scurgere",
        "leak_growing": "{what}, consum ziua și noaptea, în fiecare zi mai mult: scurgere în creștere",
        "leak_intermittent": "{what}, consum repetat noaptea: curge un rezervor sau o supapă",
        "leak_trickle": "{what}, picură zi și noapte",
        "leak_burst": "{what}, consum mult peste obișnuit: țeavă spartă",
        "coolant_loss": "nu tot agentul termic se întoarce: rețeaua are scurgeri",
        "meter_stuck": "contorul stă, deși restul datelor arată consum",
        "reverse_flow": "contorul a mers înapoi",
        "pulse_loss": "contorul pierde impulsuri",
        "meter_slowed": "contorul numără prea puțin, ca la șunt sau magnet",
        "meter_slowed_by_days": "contorul numără prea puțin în unele zile",
        "meter_silent_hours": "contorul nu numără nimic în unele ore",
        "meter_capped": "contorul nu numără peste o anumită limită",
        "meter_offset": "o parte constantă a consumului nu este numărată",
        "meter_clock_skew": "ceasul contorului este greșit",
        "unattributed_loss": "există pierderi pe care niciun contor nu le explică",
        "balance_meter_fault": "chiar contorul de balanță pare greșit",
    },
    caused="{place}: {cause}.",
    advice={
        K.LEAK: "Verificați robinetele și rezervoarele; dacă nu găsiți cauza, închideți vana.",
        K.BURST: "Închideți imediat vana și chemați serviciul de urgență.",
        K.NEUTRAL_LOSS: "Pericol pentru viață și aparate: opriți întrerupătorul general, chemați un electrician.",
        K.ARCING: "Pericol de incendiu: opriți întrerupătorul general și chemați un electrician.",
        K.AWAY: "Dacă este cineva cunoscut acasă, opriți supravegherea din aplicație.",
    },
    commodities={
        Commodity.ELECTRICITY: "energie electrică",
        Commodity.WATER_COLD: "apă rece",
        Commodity.WATER_HOT: "apă caldă",
        Commodity.GAS: "gaz",
        Commodity.HEAT: "căldură",
    },
    units={"m3": "m³"},
    events=EventWords(
        titles={
            S.CALLED: "Vă rugăm să reduceți consumul: {day}, {begin}–{end}",
            S.MOVED: "Oră nouă pentru reducerea consumului: {day}, {begin}–{end}",
            S.CANCELLED: "Anulat: {day}, {begin}–{end}",
            S.OVER: "S-a încheiat: {day}, {begin}–{end}",
        },
        bodies={
            S.CALLED: (
                "{place}: vă rugăm să reduceți consumul ({what}) pe {day} între {begin} și {end}"
                " ({length}). Participarea este voluntară."
            ),
            S.MOVED: (
                "{place}: ora s-a schimbat. Vă rugăm să reduceți consumul ({what}) pe {day} între"
                " {begin} și {end} ({length}) și să răspundeți din nou dacă participați."
            ),
            S.CANCELLED: (
                "{place}: cererea de a reduce consumul ({what}) pe {day} între {begin} și {end}"
                " a fost anulată. Nu trebuie să faceți nimic."
            ),
            S.OVER: (
                "{place}: cererea de a reduce consumul ({what}) pe {day} între {begin} și {end}"
                " s-a încheiat."
            ),
        },
        staff="{place}: {name}, {day} între {begin} și {end} ({length}), nivelul {level}.",
        electricity={
            1: "Amânați spălatul, uscatul și încărcatul până la sfârșit.",
            2: (
                "Amânați spălatul, uscatul și încărcatul; reduceți boilerul, încălzitorul și"
                " aerul condiționat."
            ),
            3: "Opriți până la sfârșit tot ce nu vă este indispensabil.",
        },
        others={
            1: "Amânați până la sfârșit ceea ce poate aștepta.",
            2: "Consumați cât mai puțin, atât cât vă este comod.",
            3: "Consumați doar strictul necesar.",
        },
        everything="energie și apă",
        hours="{value} h",
        minutes="{value} min",
        day="%d.%m",
    ),
    hours="{value} h",
    group="grupul {name}",
    escalated="De {hours} ore nimeni nu a luat act de aceasta.",
    why_own="Primiți acest mesaj pentru că ați creat această regulă.",
    why_default="Primiți acest mesaj după o regulă pe care o au la început toți cei cu rolul dvs.; o puteți opri.",
    digest="Rezumat, mesaje: {count}",
    held="Cât nu ați fost deranjat, mesaje: {count}",
    greeting="Bună ziua, {name},",
    open_link="Deschide",
    settings="Schimbați despre ce sunteți anunțat",
)
