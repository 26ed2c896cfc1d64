"""The national list of units: the real one where it is at hand, else one made up of the same size and shape."""

from pathlib import Path

N_PROVINCES, N_COMMUNES = 34, 3321
_REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "units_2026.csv"


def find_national_list(folder: Path) -> Path:
    """34 provinces with codes of two digits, 3 321 communes with codes of five."""
    if _REAL.exists():
        return _REAL
    lines = ["code,name,level,parent_code"]
    lines += [f"{number:02d},Tỉnh {number},province," for number in range(1, N_PROVINCES + 1)]
    lines += [f"{4 * number:05d},Xã {number},commune,{number % N_PROVINCES + 1:02d}" for number in range(1, N_COMMUNES + 1)]
    path = folder / "units.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
