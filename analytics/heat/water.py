"""Energy that water gives off between two temperatures.

Source: EN 1434-1:2022, annex A: ``Q = k V (t_flow - t_return)`` with the heat coefficient
``k = (h_flow - h_return) / (v (t_flow - t_return))``, where ``v`` is the specific volume at the
volume meter. Enthalpy and volume are those of IAPWS R7-97(2012), region 1 (liquid), at 1.6 MPa.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError, ShapeError

FloatArray = NDArray[np.float64]

PRESSURE_MPA = 1.6
"""Of EN 1434: nominal pressure at which heat coefficients are tabled."""

LOWEST_C, HIGHEST_C = 0.0, 200.0
WH_PER_KJ = 1 / 3.6

_GAS_CONSTANT = 0.461526
_PRESSURE_STAR, _TEMPERATURE_STAR = 16.53, 1386.0
_ZERO_C = 273.15

# fmt: off
_I = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 8, 8,
               21, 23, 29, 30, 31, 32])
_J = np.array([-2, -1, 0, 1, 2, 3, 4, 5, -9, -7, -1, 0, 1, 3, -3, 0, 1, 3, 17, -4, 0, 6, -5, -2,
               10, -8, -11, -6, -29, -31, -38, -39, -40, -41])
_N = np.array([
    0.14632971213167, -0.84548187169114, -0.37563603672040e1, 0.33855169168385e1,
    -0.95791963387872, 0.15772038513228, -0.16616417199501e-1, 0.81214629983568e-3,
    0.28319080123804e-3, -0.60706301565874e-3, -0.18990068218419e-1, -0.32529748770505e-1,
    -0.21841717175414e-1, -0.52838357969930e-4, -0.47184321073267e-3, -0.30001780793026e-3,
    0.47661393906987e-4, -0.44141845330846e-5, -0.72694996297594e-15, -0.31679644845054e-4,
    -0.28270797985312e-5, -0.85205128120103e-9, -0.22425281908000e-5, -0.65171222895601e-6,
    -0.14341729937924e-12, -0.40516996860117e-6, -0.12734301741641e-8, -0.17424871230634e-9,
    -0.68762131295531e-18, 0.14478307828521e-19, 0.26335781662795e-22, -0.11947622640071e-22,
    0.18228094581404e-23, -0.93537087292458e-25,
])
# fmt: on


class MeterPlace(StrEnum):
    """Pipe in which the volume is metered: the water there is warmer and lighter, or cooler."""

    FLOW = "flow"
    RETURN = "return"


def specific_volume(celsius: FloatArray, mpa: float = PRESSURE_MPA) -> FloatArray:
    """Volume of a kilogram of liquid water [m3/kg], of the shape of ``celsius``."""
    kelvin, pi, tau = _reduced(celsius, mpa)
    terms = -_N * _I * (7.1 - pi) ** (_I - 1.0) * (tau - 1.222) ** _J
    found: FloatArray = _GAS_CONSTANT * kelvin / (mpa * 1000) * pi * terms.sum(axis=-1)
    return found


def enthalpy(celsius: FloatArray, mpa: float = PRESSURE_MPA) -> FloatArray:
    """Enthalpy of liquid water [kJ/kg], of the shape of ``celsius``."""
    kelvin, pi, tau = _reduced(celsius, mpa)
    terms = _N * (7.1 - pi) ** _I * _J * (tau - 1.222) ** (_J - 1.0)
    found: FloatArray = _GAS_CONSTANT * kelvin * tau[..., 0] * terms.sum(axis=-1)
    return found


def _reduced(celsius: FloatArray, mpa: float) -> tuple[FloatArray, float, FloatArray]:
    kelvin = np.asarray(celsius, dtype=np.float64) + _ZERO_C
    return kelvin, mpa / _PRESSURE_STAR, (_TEMPERATURE_STAR / kelvin)[..., None]


def energy_wh(
    litres: FloatArray,
    flow_c: FloatArray,
    return_c: FloatArray,
    place: MeterPlace = MeterPlace.RETURN,
) -> FloatArray:
    """Heat given off by some water [Wh], of the common shape; negative where it got warmer.

    NaN where an input is NaN or a temperature is none of liquid water at 1.6 MPa: never a guess.

    Parameters
    ----------
    litres
        Volume through the meter.
    flow_c, return_c
        Temperatures before and after what is heated [degC].
    place
        Where the volume is metered. The wrong one errs by up to 6 %.

    Raises
    ------
    ShapeError
        The arrays do not speak of the same hours.

    Examples
    --------
    A cubic metre from 70 to 30 degC, metered in the return pipe:

    >>> round(float(energy_wh(np.array(1000.0), np.array(70.0), np.array(30.0))) / 1000, 2)
    46.25
    """
    if not litres.shape == flow_c.shape == return_c.shape:
        raise ShapeError(
            f"litres {litres.shape}, flow_c {flow_c.shape} and return_c {return_c.shape}"
            " must have one shape"
        )
    warm, cold = liquid(flow_c), liquid(return_c)
    metered = warm if place is MeterPlace.FLOW else cold
    kilograms = litres / 1000 / specific_volume(metered)
    found: FloatArray = kilograms * (enthalpy(warm) - enthalpy(cold)) * WH_PER_KJ
    return found


def liquid(celsius: FloatArray) -> FloatArray:
    """Temperatures of liquid water; NaN for all others."""
    with np.errstate(invalid="ignore"):
        good = (celsius >= LOWEST_C) & (celsius <= HIGHEST_C)
    return np.where(good, celsius, np.nan)


def relative_uncertainty(
    drop_k: FloatArray, *, pair_error_k: float = 0.12, volume_error: float = 0.02
) -> FloatArray:
    """Standard uncertainty of an energy, as a share of it; of the shape of ``drop_k``.

    Limits of error are taken as rectangular (GUM 4.3.7): ``u = limit / sqrt 3``. Pair and volume
    are independent. NaN without a drop.

    Parameters
    ----------
    drop_k
        Temperature drop [K].
    pair_error_k
        Limit of error of the pair of sensors; 0.12 K is that of the decks' D100FC.
    volume_error
        Limit of error of the volume, as a share.

    Examples
    --------
    >>> relative_uncertainty(np.array([2.5, 30.0])).round(3).tolist()
    [0.03, 0.012]
    """
    if pair_error_k < 0 or volume_error < 0:
        raise InvalidError("limits of error must not be negative", field="pair_error_k")
    drop = np.where(np.abs(drop_k) > 0, np.abs(drop_k), np.nan)
    found: FloatArray = np.sqrt((pair_error_k / drop) ** 2 + volume_error**2) / np.sqrt(3)
    return found
